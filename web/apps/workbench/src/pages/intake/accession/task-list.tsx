import { accessionTasksQuery, decideTask, type Schemas } from "@lantai/client";
import { explainFinding, isValue } from "@lantai/i18n";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal } from "antd";
import { useId, useState } from "react";
import { Link } from "react-router";
import { exceptionsAddress } from "../../../parts/addresses";
import { Facts } from "../../../parts/facts";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { Tag, TaskTag } from "../../../parts/status-tag";
import { useReached } from "../../../parts/use-reached";
import { Waiting } from "../../../parts/waiting";

type Task = Schemas["ReviewTask"];

const NOTES = {
  manual: "tasks.manual_note",
  fault: "tasks.fault_note",
  attachment: "tasks.attachment_note",
} as const;

type Check = Schemas["CheckBody"];

/** What a person must decide before a package is accepted; what was decided stays to be read. */
export function TaskList({ accession, checks }: { accession: string; checks: readonly Check[] }) {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(accessionTasksQuery(accession));
  const place = useReached("#tasks", data !== undefined);
  if (data?.items.length === 0) return null;
  const open = data?.items.filter((task) => task.decision === null).length ?? 0;
  return (
    <section className="panel" aria-labelledby="tasks" aria-busy={isPending} tabIndex={-1} ref={place}>
      <h2 id="tasks">{t("tasks.title")}</h2>
      {isPending && <Waiting rows={3} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <p role="status" className="quiet">
            {open > 0 ? t("tasks.open", { count: open }) : t("tasks.none_open")}
          </p>
          <ol className="findings">
            {data.items.map((task) => (
              <li key={task.number}>
                <TaskItem
                  accession={accession}
                  task={task}
                  title={checks.find(({ check }) => check === task.check)?.title ?? null}
                />
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

interface TaskItemProps {
  accession: string;
  task: Task;
  title: string | null;
}

function TaskItem({ accession, task, title }: TaskItemProps) {
  const { t, language, moment } = useWorkbenchTexts();
  const told = explainFinding(task.code, language);
  // where we have words of our own, of the server's only the values are shown
  const shown = (text: string | null | undefined) => (text && (told === null || isValue(text)) ? text : null);
  const { decision } = task;
  const [example] = task.examples;
  return (
    <>
      <p className="finding-head">
        <TaskTag task={task} />
        <span className="code">{task.check}</span>
        <strong>{title ?? told?.what ?? task.code}</strong>
        {told && title && <span className="quiet">{told.what}</span>}
        {decision && (
          <Tag tone={decision.passed ? "good" : "bad"}>
            {t(decision.passed ? "tasks.passed" : "tasks.refused")}
          </Tag>
        )}
      </p>
      <p>{t(NOTES[task.kind])}</p>
      <Facts
        facts={[
          [t("tasks.stands_for"), task.findings > 1 && t("tasks.findings", { count: task.findings })],
          [t("report.where"), [example?.record, example?.file].filter(Boolean).join(" · ")],
          [t("report.expected"), shown(example?.expected)],
          [t("report.found"), shown(example?.found)],
          [t("report.mend"), told && task.kind === "fault" && told.mend],
          [t("tasks.note"), decision?.note],
          [t("tasks.decided"), decision && `${decision.by} · ${moment(decision.at)}`],
        ]}
      />
      {task.kind === "attachment" && (
        <p>
          <Link to={exceptionsAddress(accession)}>{t("exceptions.go")}</Link>
        </p>
      )}
      {!decision && task.kind !== "attachment" && <Answer accession={accession} task={task} />}
    </>
  );
}

function Answer({ accession, task }: { accession: string; task: Task }) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const [asked, setAsked] = useState<boolean | null>(null);
  const field = useId();
  const decide = useMutation({
    mutationFn: (passed: boolean) => decideTask(accession, task.number, { passed, note: note.trim() }),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["accessions"] }),
        queries.invalidateQueries({ queryKey: ["accession-tasks"] }),
      ]),
  });
  const answer = (passed: boolean) => {
    // a fault is only accepted with a written reason
    const needed = passed && task.kind === "fault" && note.trim() === "";
    setMissing(needed);
    if (!needed) setAsked(passed);
  };
  return (
    <div className="task-answer">
      <label htmlFor={field}>{t(task.kind === "fault" ? "tasks.reason" : "tasks.looked_at")}</label>
      <Input.TextArea
        id={field}
        rows={2}
        maxLength={2000}
        value={note}
        {...(missing && { status: "error" as const, "aria-invalid": true })}
        onChange={(event) => setNote(event.target.value)}
      />
      {missing && <Alert role="alert" type="error" showIcon title={t("tasks.reason_missing")} />}
      <p className="task-buttons">
        <Button type="primary" loading={decide.isPending} onClick={() => answer(true)}>
          {t(task.kind === "fault" ? "tasks.accept_fault" : "tasks.pass")}
        </Button>
        <Button danger disabled={decide.isPending} onClick={() => answer(false)}>
          {t("tasks.refuse")}
        </Button>
        <span className="quiet">{t("tasks.for_good")}</span>
      </p>
      <Modal
        open={asked !== null}
        title={t(
          asked ? (task.kind === "fault" ? "tasks.sure_accept" : "tasks.sure_pass") : "tasks.sure_refuse",
        )}
        okText={t(asked ? (task.kind === "fault" ? "tasks.accept_ok" : "tasks.pass_ok") : "tasks.refuse_ok")}
        cancelText={t("accession.cancel")}
        okButtonProps={{ danger: asked === false }}
        confirmLoading={decide.isPending}
        onOk={() => decide.mutate(asked === true)}
        onCancel={() => setAsked(null)}
      >
        <p>{t(asked ? "tasks.sure_text" : "tasks.sure_refuse_text")}</p>
        {note.trim() !== "" && <p className="effect">{note.trim()}</p>}
        {decide.error && <Alert role="alert" type="error" showIcon title={reasonOf(decide.error, t)} />}
      </Modal>
    </div>
  );
}
