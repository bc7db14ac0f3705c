import { recordQuery } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link } from "react-router";
import { recordAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";
import type { Item } from "./use-inspection";

interface PageViewProps {
  item: Item;
  /** The one after, fetched beforehand. */
  next: Item | undefined;
  zoomed: boolean;
}

/** The file of a piece, or all files of its record, as large as the room allows. */
export function PageView({ item, next, zoomed }: PageViewProps) {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(recordQuery(item.record));
  useNext(next);
  const files = data?.files.filter((file) => item.file === null || file.n === item.file) ?? [];
  return (
    <div className={zoomed ? "inspect-view zoomed" : "inspect-view"} aria-busy={isPending}>
      {isPending && <Waiting rows={6} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {files.map((file) =>
        file.media === "image" ? (
          <img key={file.n} src={file.url} alt={t("inspect.image", { code: item.code, n: file.n })} />
        ) : (
          <iframe key={file.n} src={file.url} title={t("inspect.image", { code: item.code, n: file.n })} />
        ),
      )}
      {data && (
        <p className="inspect-caption">
          <Link to={recordAddress(item.code)} target="_blank" className="code">
            {item.code}
          </Link>{" "}
          {data.title}
          {files.map((file) => (
            <a key={file.n} href={file.url} target="_blank" rel="noreferrer">
              {t("inspect.open", { name: file.name })}
            </a>
          ))}
        </p>
      )}
    </div>
  );
}

/** Lets the browser fetch the next picture while this one is looked at. */
function useNext(next: Item | undefined) {
  const { data } = useQuery({ ...recordQuery(next?.record ?? ""), enabled: next !== undefined });
  const file = data?.files.find((one) => one.n === next?.file && one.media === "image");
  useEffect(() => {
    if (file) new Image().src = file.url;
  }, [file]);
}
