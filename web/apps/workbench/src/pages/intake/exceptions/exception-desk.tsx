import { decideException, exceptionContentUrl, waitingRecordsQuery, type Schemas } from "@lantai/client";
import { explainFinding } from "@lantai/i18n";
import { useWorkbenchTexts, type WorkbenchKey } from "@lantai/i18n/workbench";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, type InputRef } from "antd";
import { useDeferredValue, useId, useRef, useState } from "react";
import { Facts } from "../../../parts/facts";
import { reasonOf } from "../../../parts/notices";
import { useKeys } from "../../../parts/use-keys";
import { BulkDecision } from "./bulk-decision";
import { whyKey } from "./exception-list";

type File = Schemas["ExceptionFile"];
type Summary = Schemas["ExceptionSummary"];
type Decision = Schemas["ExceptionDecision"];

const SHOWN = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"];
const SOURCES: readonly string[] = [
  "resembles",
  "manifest",
  "code_in_name",
  "code_inside",
  "code_in_folder",
  "page_code",
];

interface ExceptionDeskProps {
  accession: string;
  file: File;
  summary: Summary;
  step: (by: number) => void;
}

/** One file: what it looks like, which records may be meant, and what is to become of it. */
export function ExceptionDesk({ accession, file, summary, step }: ExceptionDeskProps) {
  const { t, language, bytes } = useWorkbenchTexts();
  const queries = useQueryClient();
  const search = useRef<InputRef>(null);
  const reasonField = useRef<InputRef>(null);
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const reasonId = useId();
  const decide = useMutation({
    mutationFn: (decision: Decision) => decideException(accession, file.number, decision),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["accessions", accession, "exceptions"] }),
  });
  const isOpen = file.state === "open";
  const fit = isOpen && !summary.decided && file.faults.length === 0;
  const assign = (code: string) => decide.mutate({ assign_to: code });
  const leaveOut = () => {
    const isMissing = reason.trim() === "";
    setMissing(isMissing);
    if (!isMissing) decide.mutate({ leave_out: reason.trim() });
  };
  const candidate = (place: number) => () => {
    const code = file.candidates[place]?.code;
    if (fit && code) assign(code);
  };
  useKeys({
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    "1": candidate(0),
    "2": candidate(1),
    "3": candidate(2),
    "/": () => search.current?.focus(),
    x: () => reasonField.current?.focus(),
    u: () => {
      if (!isOpen && !summary.decided) decide.mutate({ undo: true });
    },
  });
  const name = file.file.slice(file.file.lastIndexOf("/") + 1);
  return (
    <section className="panel exception-desk" aria-labelledby="exception">
      <h2 id="exception">{name}</h2>
      <Preview accession={accession} file={file} name={name} isGone={summary.decided} />
      <Facts
        facts={[
          [t("exceptions.why"), t(whyKey(file.why)), true],
          [t("exceptions.path"), file.file, true],
          [t("exceptions.size"), bytes(file.size)],
          [t("exceptions.format"), [file.format, file.puid].filter(Boolean).join(" · ")],
        ]}
      />
      {file.faults.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("exceptions.faults")}
          description={file.faults
            .map((fault) => explainFinding(fault.code, language)?.what ?? fault.found ?? fault.code)
            .join("；")}
        />
      )}
      {decide.error && <Alert role="alert" type="error" showIcon title={reasonOf(decide.error, t)} />}
      {!isOpen && (
        <p className="buttons" role="status">
          <strong>
            {file.assigned_to !== null
              ? t("exceptions.decided_assigned", { code: file.assigned_to })
              : t("exceptions.decided_left_out", { reason: file.reason ?? "" })}
          </strong>
          {file.by !== null && <span className="quiet">{file.by}</span>}
          {!summary.decided && (
            <Button loading={decide.isPending} onClick={() => decide.mutate({ undo: true })}>
              {t("exceptions.undo")}
            </Button>
          )}
        </p>
      )}
      {!isOpen && !summary.decided && <BulkDecision accession={accession} file={file} summary={summary} />}
      {fit && file.candidates.length > 0 && (
        <div>
          <h3 className="quiet">{t("exceptions.candidates")}</h3>
          <ol className="candidates">
            {file.candidates.map((one) => (
              <li key={`${one.code} ${one.source}`}>
                <Button disabled={decide.isPending} onClick={() => assign(one.code)}>
                  <span className="code">{one.code}</span>
                  {SOURCES.includes(one.source) && (
                    <span className="quiet">{t(`exceptions.by_${one.source}` as WorkbenchKey)}</span>
                  )}
                </Button>
              </li>
            ))}
          </ol>
        </div>
      )}
      {fit && <Assign accession={accession} field={search} isBusy={decide.isPending} assign={assign} />}
      {isOpen && !summary.decided && (
        <div className="task-answer">
          <label htmlFor={reasonId}>{t("exceptions.leave_out_reason")}</label>
          <Input
            id={reasonId}
            ref={reasonField}
            maxLength={500}
            value={reason}
            {...(missing && { status: "error" as const, "aria-invalid": true })}
            onChange={(event) => setReason(event.target.value)}
            onPressEnter={leaveOut}
          />
          {missing && <Alert role="alert" type="error" showIcon title={t("exceptions.reason_missing")} />}
          <p className="task-buttons">
            <Button danger loading={decide.isPending} onClick={leaveOut}>
              {t("exceptions.leave_out")}
            </Button>
          </p>
        </div>
      )}
    </section>
  );
}

interface PreviewProps {
  accession: string;
  file: File;
  name: string;
  isGone: boolean;
}

function Preview({ accession, file, name, isGone }: PreviewProps) {
  const { t } = useWorkbenchTexts();
  const [broken, setBroken] = useState(false);
  if (isGone) return null;
  const url = exceptionContentUrl(accession, file.number);
  const label = t("exceptions.preview", { name });
  return (
    <div className="exception-view">
      {!broken && SHOWN.includes(file.mime ?? "") ? (
        <img src={url} alt={label} onError={() => setBroken(true)} />
      ) : file.mime === "application/pdf" ? (
        <iframe src={url} title={label} />
      ) : (
        <p>
          {t("exceptions.no_preview")}{" "}
          <a href={url} download={name}>
            {t("exceptions.download")}
          </a>
        </p>
      )}
    </div>
  );
}

interface AssignProps {
  accession: string;
  field: React.RefObject<InputRef | null>;
  isBusy: boolean;
  assign: (code: string) => void;
}

/** Finds the record by its code or title; Enter takes the first one found. */
function Assign({ accession, field, isBusy, assign }: AssignProps) {
  const { t } = useWorkbenchTexts();
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words.trim());
  const found = useQuery({ ...waitingRecordsQuery(accession, wanted), enabled: wanted !== "" });
  const records = wanted === "" ? [] : (found.data?.items ?? []);
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{t("exceptions.assign")}</label>
      <Input
        id={id}
        ref={field}
        allowClear
        placeholder={t("exceptions.assign_hint")}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onPressEnter={() => records[0] && assign(records[0].code)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <p role="status" className="quiet">
        {wanted !== "" &&
          found.data &&
          (records.length > 0
            ? t("exceptions.assign_found", { count: records.length })
            : t("exceptions.assign_none"))}
      </p>
      {records.length > 0 && (
        <ol className="found-records">
          {records.map((record) => (
            <li key={record.code}>
              <Button
                disabled={isBusy}
                aria-label={t("exceptions.assign_do", { code: record.code })}
                onClick={() => assign(record.code)}
              >
                <span className="code">{record.code}</span> {record.title}
                <span className="quiet">{t("exceptions.record_files", { count: record.files })}</span>
              </Button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
