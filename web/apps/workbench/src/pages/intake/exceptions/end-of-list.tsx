import { decideTask, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Popconfirm } from "antd";
import { useId, useState } from "react";
import { useNavigate } from "react-router";
import { accessionAddress } from "../../../parts/addresses";
import { reasonOf } from "../../../parts/notices";

/** The list as a whole: confirmed, so that the package goes on, or returned to its sender. */
export function EndOfList({
  accession,
  summary,
}: {
  accession: string;
  summary: Schemas["ExceptionSummary"];
}) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [note, setNote] = useState("");
  const field = useId();
  const { task } = summary;
  const decide = useMutation({
    mutationFn: async (passed: boolean) => {
      if (task !== null) await decideTask(accession, task, { passed, note: note.trim() });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["accessions"] });
      await queries.invalidateQueries({ queryKey: ["accession-tasks"] });
      await navigate(accessionAddress(accession));
    },
  });
  if (task === null || summary.decided) return null;
  return (
    <section className="panel task-answer" aria-labelledby="end">
      <h2 id="end">{t("exceptions.finish")}</h2>
      <p role="status">
        {summary.open > 0
          ? t("exceptions.finish_hint", { count: String(summary.open) })
          : t("exceptions.finish_ready")}
      </p>
      <label htmlFor={field}>{t("exceptions.finish_note")}</label>
      <Input.TextArea
        id={field}
        rows={2}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      {decide.error && <Alert role="alert" type="error" showIcon title={reasonOf(decide.error, t)} />}
      <p className="task-buttons">
        <Button
          type="primary"
          disabled={summary.open > 0}
          loading={decide.isPending}
          onClick={() => decide.mutate(true)}
        >
          {t("exceptions.finish")}
        </Button>
        <Popconfirm
          title={t("exceptions.give_back_sure")}
          okText={t("exceptions.give_back")}
          cancelText={t("exceptions.cancel")}
          onConfirm={() => decide.mutate(false)}
        >
          <Button danger disabled={decide.isPending}>
            {t("exceptions.give_back")}
          </Button>
        </Popconfirm>
      </p>
    </section>
  );
}
