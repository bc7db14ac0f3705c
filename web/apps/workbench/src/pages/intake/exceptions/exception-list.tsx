import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Button } from "antd";
import { useEffect, useRef } from "react";
import { Tag } from "../../../parts/status-tag";

type File = Schemas["ExceptionFile"];

interface ExceptionListProps {
  files: readonly File[];
  current: number | undefined;
  choose: (number: number) => void;
  more: (() => void) | undefined;
  isFetching: boolean;
}

export const whyKey = (why: string) =>
  why === "several_records" || why === "rules_disagree" || why === "page_disagrees"
    ? (`exceptions.why_${why}` as const)
    : "exceptions.why_no_record";

/** The files, one of which is being looked at. */
export function ExceptionList({ files, current, choose, more, isFetching }: ExceptionListProps) {
  const { t } = useWorkbenchTexts();
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // only the list moves, not the page
    const row = list.current?.querySelector<HTMLElement>("[aria-current=true]");
    const room = list.current;
    if (!row || !room) return;
    const top = row.offsetTop - room.offsetTop;
    if (top < room.scrollTop) room.scrollTop = top;
    else if (top + row.offsetHeight > room.scrollTop + room.clientHeight)
      room.scrollTop = top + row.offsetHeight - room.clientHeight;
  }, [current]);
  if (files.length === 0) return null;
  return (
    <ol className="exceptions-list" ref={list}>
      {files.map((file) => {
        const slash = file.file.lastIndexOf("/");
        return (
          <li key={file.number}>
            <button type="button" aria-current={file.number === current} onClick={() => choose(file.number)}>
              <span className="name">{file.file.slice(slash + 1)}</span>
              <StateTag file={file} />
              <span className="quiet">
                {slash >= 0 && `${file.file.slice(0, slash)} · `}
                {file.assigned_to ?? file.reason ?? t(whyKey(file.why))}
              </span>
            </button>
          </li>
        );
      })}
      {more && (
        <li>
          <Button loading={isFetching} onClick={more}>
            {t("desk.more")}
          </Button>
        </li>
      )}
    </ol>
  );
}

function StateTag({ file }: { file: File }) {
  const { t } = useWorkbenchTexts();
  if (file.state === "assigned") return <Tag tone="good">{t("exceptions.assigned")}</Tag>;
  if (file.state === "left_out") return <Tag tone="plain">{t("exceptions.left_out")}</Tag>;
  if (file.faults.length > 0) return <Tag tone="bad">{t("exceptions.open")}</Tag>;
  return <Tag tone="busy">{t("exceptions.open")}</Tag>;
}
