import { discardAccession, submitAccession, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { reasonOf } from "../../../parts/notices";

/** What can be done with an accession that came to no end: one that failed goes on, and either is dropped. */
export function Unended({ accession }: { accession: Schemas["AccessionBody"] }) {
  const { t } = useWorkbenchTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const goOn = useMutation({
    mutationFn: () => submitAccession(accession.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["accessions"] }),
  });
  const discard = useMutation({
    mutationFn: () => discardAccession(accession.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["accessions"] });
      void navigate("/accessions", { replace: true });
    },
  });
  return (
    <>
      {goOn.error && <Alert role="alert" type="error" showIcon title={reasonOf(goOn.error, t)} />}
      <p className="task-buttons">
        {accession.state === "failed" && (
          <Button type="primary" loading={goOn.isPending} onClick={() => goOn.mutate()}>
            {t("accession.go_on")}
          </Button>
        )}
        <Button danger disabled={goOn.isPending} onClick={() => setAsking(true)}>
          {t("accession.discard")}
        </Button>
      </p>
      <Modal
        open={asking}
        title={t("accession.discard_title")}
        okText={t("accession.discard_ok")}
        cancelText={t("accession.cancel")}
        okButtonProps={{ danger: true }}
        confirmLoading={discard.isPending}
        onOk={() => discard.mutate()}
        onCancel={() => setAsking(false)}
      >
        <p>{t("accession.discard_text")}</p>
        {discard.error && <Alert role="alert" type="error" showIcon title={reasonOf(discard.error, t)} />}
      </Modal>
    </>
  );
}
