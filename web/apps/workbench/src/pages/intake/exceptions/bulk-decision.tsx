import { decideExceptions, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal } from "antd";
import { useState } from "react";
import { reasonOf } from "../../../parts/notices";

type File = Schemas["ExceptionFile"];
type Summary = Schemas["ExceptionSummary"];
type Body = Schemas["ExceptionsDecision"];

/** Files of the preview that are written out; the rest is counted. */
const TOLD = 200;

interface BulkDecisionProps {
  accession: string;
  file: File;
  summary: Summary;
}

/** What was decided of one file, decided of the open files of its folder: first shown, then done. */
export function BulkDecision({ accession, file, summary }: BulkDecisionProps) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const [wanted, setWanted] = useState<Body>();
  const folder = file.file.includes("/") ? file.file.slice(0, file.file.lastIndexOf("/")) : "";
  const open = summary.folders
    .filter((one) => one.folder === folder || folder === "" || one.folder.startsWith(`${folder}/`))
    .reduce((sum, one) => sum + one.open, 0);
  const preview = useMutation({
    mutationFn: (body: Body) => decideExceptions(accession, { ...body, only_try: true }),
  });
  const done = useMutation({
    mutationFn: (body: Body) => decideExceptions(accession, { ...body, only_try: false }),
    onSuccess: () => {
      setWanted(undefined);
      return queries.invalidateQueries({ queryKey: ["accessions", accession, "exceptions"] });
    },
  });
  if (open === 0) return null;
  const propose = (body: Body) => {
    setWanted(body);
    preview.mutate(body);
  };
  const told = preview.data?.items ?? [];
  const taken = told.filter((one) => one.refused === null);
  const error = preview.error ?? done.error;
  return (
    <div>
      <h3 className="quiet">{t("exceptions.bulk", { count: String(open) })}</h3>
      <p className="buttons">
        {file.assigned_to !== null && (
          <>
            <Button onClick={() => propose({ folder, like: file.number, only_try: true })}>
              {t("exceptions.bulk_like")}
            </Button>
            <Button
              onClick={() =>
                propose({ folder, decision: { assign_to: file.assigned_to ?? "" }, only_try: true })
              }
            >
              {t("exceptions.bulk_same")}
            </Button>
          </>
        )}
        {file.reason !== null && (
          <Button
            onClick={() => propose({ folder, decision: { leave_out: file.reason ?? "" }, only_try: true })}
          >
            {t("exceptions.bulk_leave_out")}
          </Button>
        )}
      </p>
      {wanted && (
        <Modal
          open
          title={t("exceptions.bulk_title")}
          okText={t("exceptions.bulk_do", { count: String(taken.length) })}
          cancelText={t("exceptions.cancel")}
          okButtonProps={{ disabled: taken.length === 0 || preview.isPending, loading: done.isPending }}
          onOk={() => done.mutate(wanted)}
          onCancel={() => setWanted(undefined)}
        >
          {error && <Alert role="alert" type="error" showIcon title={reasonOf(error, t)} />}
          {preview.data && (
            <>
              <p role="status">
                {t("exceptions.bulk_count", {
                  taken: String(taken.length),
                  left: String(told.length - taken.length),
                })}
              </p>
              <ol className="bulk-list">
                {told.slice(0, TOLD).map((one) => (
                  <li key={one.number}>
                    {one.file} →{" "}
                    {one.refused !== null ? (
                      <span className="quiet">{t("exceptions.bulk_refused")}</span>
                    ) : (
                      <span className="code">{one.assigned_to ?? one.reason}</span>
                    )}
                  </li>
                ))}
              </ol>
            </>
          )}
        </Modal>
      )}
    </div>
  );
}
