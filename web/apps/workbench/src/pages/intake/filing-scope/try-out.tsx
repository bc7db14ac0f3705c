import { decideFiling, proposeFiling, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Form, Input, Select } from "antd";
import { useState } from "react";
import { reasonOf } from "../../../parts/notices";
import { AnyRow } from "./any-row";
import { ProposedRow } from "./proposed-row";

interface Fields {
  title: string;
  document_type?: string;
  author?: string;
  department?: string;
  direction?: Schemas["FilingDirection"];
  year?: string;
  fonds?: string;
  important?: boolean;
  own?: boolean;
}

type Document = Schemas["FilingDocumentBody"];

function documentOf(fields: Fields): Document {
  const facts: Record<string, string> = {};
  if (fields.important) facts["importance"] = "high";
  if (fields.own) facts["host"] = "own";
  return {
    reference: null,
    title: fields.title,
    document_type: fields.document_type ?? null,
    author: fields.author ?? null,
    department: fields.department ?? null,
    direction: fields.direction ?? null,
    document_number: null,
    date: null,
    year: fields.year !== undefined && /^\d{4}$/.test(fields.year) ? Number(fields.year) : null,
    fonds: fields.fonds ?? null,
    facts,
  };
}

const DIRECTIONS = ["received", "sent", "internal"] as const;

/** Tries the table on one document; what it proposes can be confirmed or decided otherwise. */
export function TryOut() {
  const { t } = useWorkbenchTexts();
  const [asked, setAsked] = useState<Document | null>(null);
  const propose = useMutation({ mutationFn: (document: Document) => proposeFiling([document]) });
  const ask = (fields: Fields) => {
    const document = documentOf(fields);
    propose.mutate(document, { onSuccess: () => setAsked(document) });
  };
  const proposal = propose.data?.[0];
  return (
    <section className="panel" aria-labelledby="try">
      <h2 id="try">{t("filing.try")}</h2>
      <Form<Fields>
        layout="vertical"
        className="try-out"
        onFinish={ask}
        onValuesChange={() => setAsked(null)}
      >
        <Form.Item
          name="title"
          label={t("filing.try_title")}
          className="whole"
          rules={[{ required: true, message: t("filing.try_title_missing") }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="document_type" label={t("filing.type")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="direction" label={t("filing.direction")}>
          <Select
            allowClear
            placeholder={t("filing_direction.unknown")}
            options={DIRECTIONS.map((way) => ({ value: way, label: t(`filing_direction.${way}`) }))}
          />
        </Form.Item>
        <Form.Item name="department" label={t("filing.department")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="author" label={t("filing.author")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="year" label={t("filing.year")}>
          <Input autoComplete="off" inputMode="numeric" maxLength={4} />
        </Form.Item>
        <Form.Item name="fonds" label={t("filing.fonds")}>
          <Input autoComplete="off" />
        </Form.Item>
        <div className="whole checks">
          <Form.Item name="important" valuePropName="checked">
            <Checkbox>{t("filing.important")}</Checkbox>
          </Form.Item>
          <Form.Item name="own" valuePropName="checked">
            <Checkbox>{t("filing.own")}</Checkbox>
          </Form.Item>
        </div>
        <Button type="primary" htmlType="submit" loading={propose.isPending}>
          {t("filing.ask")}
        </Button>
      </Form>
      {propose.error && (
        <Alert type="error" showIcon title={t("filing.failed")} description={reasonOf(propose.error, t)} />
      )}
      <div role="status">
        {asked && proposal && <Answer key={propose.submittedAt} document={asked} proposal={proposal} />}
      </div>
    </section>
  );
}

interface AnswerProps {
  document: Document;
  proposal: Schemas["FilingProposalBody"];
}

function Answer({ document, proposal }: AnswerProps) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const [other, setOther] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const decide = useMutation({
    mutationFn: (choice: { item_no: string | null; reason: string | null }) =>
      decideFiling([{ document, ...choice }]),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["filing", "decisions"] }),
  });
  const decided = decide.data?.[0];
  const sure = proposal.row;
  if (decided)
    return <Alert type="success" showIcon title={t("filing.decided", { item: decided.decided.item_no })} />;
  return (
    <div className="answer">
      {sure ? (
        <>
          <h3>{t("filing.sure")}</h3>
          <ProposedRow row={sure} />
          <Button
            type="primary"
            loading={decide.isPending && other === null}
            onClick={() => decide.mutate({ item_no: null, reason: null })}
          >
            {t("filing.confirm")}
          </Button>
        </>
      ) : (
        <Alert
          type="warning"
          showIcon
          title={t(proposal.verdict === "equal" ? "filing.equal" : "filing.nothing_fires")}
        />
      )}
      {proposal.alternatives.length > 0 && (
        <>
          <h3>{t("filing.alternatives")}</h3>
          <ol className="findings">
            {proposal.alternatives.map((row) => (
              <li key={row.row_id}>
                <ProposedRow row={row} />
                {other === row.item_no ? (
                  <div className="override">
                    <label htmlFor="override-reason">
                      {t(sure ? "filing.reason_missing" : "filing.reason")}
                    </label>
                    <Input.TextArea
                      id="override-reason"
                      rows={2}
                      value={reason}
                      onChange={(event) => setReason(event.target.value)}
                    />
                    <Button
                      type="primary"
                      disabled={sure !== null && reason.trim() === ""}
                      loading={decide.isPending}
                      onClick={() => decide.mutate({ item_no: row.item_no, reason: reason.trim() || null })}
                    >
                      {t("filing.decide")}
                    </Button>
                  </div>
                ) : (
                  <Button size="small" onClick={() => setOther(row.item_no)}>
                    {t("filing.choose")}
                  </Button>
                )}
              </li>
            ))}
          </ol>
        </>
      )}
      <AnyRow
        table={proposal.table}
        isOverride={sure !== null}
        isDeciding={decide.isPending}
        decide={decide.mutate}
      />
      {decide.error && (
        <Alert type="error" showIcon title={t("filing.failed")} description={reasonOf(decide.error, t)} />
      )}
    </div>
  );
}
