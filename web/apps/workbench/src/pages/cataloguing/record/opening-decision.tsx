import { decideOpening, recordQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { Facts } from "../../../parts/facts";
import { reasonOf } from "../../../parts/notices";
import { OpenTag } from "../../../parts/status-tag";

type RecordBody = Schemas["RecordBody"];
type OpenStatus = Schemas["OpenStatus"];
type Decision = Schemas["OpeningBody"];

const STATUSES: readonly OpenStatus[] = [
  "open",
  "open_early",
  "open_masked",
  "open_catalogue_only",
  "not_due",
  "delayed",
  "controlled",
  "unreviewed",
];

/** What the decision means for readers, said before it is made. */
const EFFECTS = {
  open: "opening.effect_visible",
  open_early: "opening.effect_visible",
  open_masked: "opening.effect_masked",
  open_catalogue_only: "opening.effect_catalogue",
  not_due: "opening.effect_hidden",
  delayed: "opening.effect_hidden",
  controlled: "opening.effect_hidden",
  unreviewed: "opening.effect_hidden",
} as const;

/** The last change made here: where it led, and where undoing leads back to. */
type Change = { kind: "decided"; to: OpenStatus; from: Decision } | { kind: "undone"; to: OpenStatus };

export function OpeningDecision({ record }: { record: RecordBody }) {
  const { t, label } = useWorkbenchTexts();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [change, setChange] = useState<Change | null>(null);
  const decide = useMutation({
    mutationFn: (decision: Decision) => decideOpening(record.code, decision),
    onSuccess: (after) => {
      queries.setQueryData(recordQuery(record.code).queryKey, after);
      void queries.invalidateQueries({ queryKey: ["record"] });
      void queries.invalidateQueries({ queryKey: ["search"] });
      void queries.invalidateQueries({ queryKey: ["overview"] });
    },
  });
  const before: Decision = { status: record.open_status, ground: record.open_ground ?? "" };
  const confirm = (decision: Decision) =>
    decide.mutate(decision, {
      onSuccess: () => {
        setAsking(false);
        setChange({ kind: "decided", to: decision.status, from: before });
      },
    });
  const undo = (from: Decision) =>
    decide.mutate(
      { status: from.status, ground: t("opening.undo_ground") },
      { onSuccess: () => setChange({ kind: "undone", to: from.status }) },
    );

  return (
    <section className="panel" aria-labelledby="opening">
      <div className="panel-head">
        <h2 id="opening">{t("opening.title")}</h2>
        <Button
          type="primary"
          onClick={() => {
            decide.reset();
            setAsking(true);
          }}
        >
          {t("opening.decide")}
        </Button>
      </div>
      <Facts
        facts={[
          [t("opening.current"), <OpenTag status={record.open_status} />],
          [t("opening.ground"), record.open_ground ?? t("opening.no_ground")],
        ]}
      />
      <div role="status">
        {change?.kind === "decided" && (
          <Alert
            type="success"
            showIcon
            title={t("opening.done", { status: label("open_status", change.to) })}
            action={
              <Button loading={decide.isPending} onClick={() => undo(change.from)}>
                {t("opening.undo", { status: label("open_status", change.from.status) })}
              </Button>
            }
          />
        )}
        {change?.kind === "undone" && (
          <Alert
            type="info"
            showIcon
            title={t("opening.undone", { status: label("open_status", change.to) })}
          />
        )}
      </div>
      {decide.error && !asking && (
        <Alert
          role="alert"
          type="error"
          showIcon
          title={t("opening.refused", { detail: reasonOf(decide.error, t) })}
        />
      )}
      {asking && (
        <DecisionDialog
          record={record}
          error={decide.error}
          pending={decide.isPending}
          onConfirm={confirm}
          onCancel={() => setAsking(false)}
        />
      )}
    </section>
  );
}

interface DecisionDialogProps {
  record: RecordBody;
  error: unknown;
  pending: boolean;
  onConfirm: (decision: Decision) => void;
  onCancel: () => void;
}

function DecisionDialog({ record, error, pending, onConfirm, onCancel }: DecisionDialogProps) {
  const { t } = useWorkbenchTexts();
  const [form] = Form.useForm<Decision>();
  const choices = STATUSES.filter((status) => status !== record.open_status);
  const chosen = Form.useWatch("status", form) ?? choices[0];
  return (
    <Modal
      open
      title={t("opening.dialog", { code: record.code })}
      okText={t("opening.confirm")}
      cancelText={t("opening.cancel")}
      confirmLoading={pending}
      onOk={() => form.submit()}
      onCancel={onCancel}
    >
      <Form<Decision>
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={pending}
        initialValues={{ status: choices[0], ground: "" }}
        onFinish={({ status, ground }) => onConfirm({ status, ground: ground.trim() })}
      >
        <Form.Item name="status" label={t("opening.status")}>
          <Radio.Group
            aria-label={t("opening.status")}
            className="choices"
            options={choices.map((status) => ({ value: status, label: t(`open_status.${status}`) }))}
          />
        </Form.Item>
        {chosen && <p className="effect">{t(EFFECTS[chosen])}</p>}
        <Form.Item
          name="ground"
          label={t("opening.ground_label")}
          extra={t("opening.ground_hint")}
          rules={[{ required: true, whitespace: true, message: t("opening.ground_missing") }]}
        >
          <Input.TextArea rows={3} maxLength={1000} />
        </Form.Item>
      </Form>
      {error !== null && error !== undefined && (
        <Alert
          role="alert"
          type="error"
          showIcon
          title={t("opening.refused", { detail: reasonOf(error, t) })}
        />
      )}
    </Modal>
  );
}
