import { tryPolicies, type Schemas } from "@lantai/client";
import { useWorkbenchTexts, type WorkbenchKey } from "@lantai/i18n/workbench";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Form, Input, Select } from "antd";
import { reasonOf } from "../../../parts/notices";

const OPENINGS = [
  "unreviewed",
  "not_due",
  "open",
  "open_early",
  "open_masked",
  "open_catalogue_only",
  "delayed",
  "controlled",
] as const;
const CLASSIFICATIONS = ["public", "internal", "confidential", "secret", "top_secret"] as const;
const PUBLIC = "public";

interface Fields {
  role: string;
  fonds?: string;
  clearance: string;
  action: string;
  record_fonds?: string;
  category?: string;
  opening?: string;
  classification?: string;
  personal?: boolean;
}

const START: Partial<Fields> = {
  role: PUBLIC,
  clearance: "internal",
  action: "view_content",
  record_fonds: "J001",
  category: "WS",
  opening: "unreviewed",
  classification: "public",
};

function trialOf(fields: Fields, onRecords: boolean): Schemas["PolicyTrial"] {
  const fonds = (fields.fonds ?? "").split(/[,，、\s]+/).filter((one) => one !== "");
  return {
    role: fields.role === PUBLIC ? null : fields.role,
    fonds: fonds.length > 0 ? fonds : null,
    clearance: fields.clearance,
    action: fields.action,
    record: onRecords
      ? {
          fonds: fields.record_fonds ?? "",
          category: fields.category ?? "",
          opening: fields.opening ?? "unreviewed",
          classification: fields.classification ?? null,
          personal_data: fields.personal ?? false,
        }
      : null,
  };
}

/** Asks the gate a question that concerns no real record. */
export function PolicyTrial({ policies }: { policies: Schemas["Policies"] }) {
  const { t, language } = useWorkbenchTexts();
  const [form] = Form.useForm<Fields>();
  const action = Form.useWatch("action", form);
  const onRecords = policies.actions.find(({ name }) => name === action)?.on_records ?? true;
  const ask = useMutation({ mutationFn: tryPolicies });
  const named = (prefix: string, names: readonly string[]) =>
    names.map((value) => ({ value, label: t(`${prefix}.${value}` as WorkbenchKey) }));
  return (
    <section className="panel" aria-labelledby="policy-trial">
      <h2 id="policy-trial">{t("policies.try")}</h2>
      <p className="quiet">{t("policies.try_intro")}</p>
      <Form<Fields>
        form={form}
        layout="vertical"
        className="try-out"
        initialValues={START}
        onFinish={(fields) => ask.mutate(trialOf(fields, onRecords))}
        onValuesChange={() => ask.reset()}
      >
        <Form.Item name="role" label={t("policies.role")}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={[{ value: PUBLIC, label: t("policies.public") }, ...named("role", policies.roles)]}
          />
        </Form.Item>
        <Form.Item name="fonds" label={t("policies.fonds")} extra={t("policies.fonds_hint")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="clearance" label={t("policies.clearance")}>
          <Select options={named("classification", CLASSIFICATIONS)} />
        </Form.Item>
        <Form.Item name="action" label={t("policies.action")}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={named(
              "action",
              policies.actions.map(({ name }) => name),
            )}
          />
        </Form.Item>
        {onRecords && (
          <>
            <Form.Item name="record_fonds" label={t("policies.record_fonds")}>
              <Input autoComplete="off" />
            </Form.Item>
            <Form.Item name="category" label={t("policies.record_category")}>
              <Input autoComplete="off" />
            </Form.Item>
            <Form.Item name="opening" label={t("policies.record_opening")}>
              <Select options={named("open_status", OPENINGS)} />
            </Form.Item>
            <Form.Item name="classification" label={t("policies.record_classification")}>
              <Select options={named("classification", CLASSIFICATIONS)} />
            </Form.Item>
            <Form.Item name="personal" valuePropName="checked" className="whole">
              <Checkbox>{t("policies.record_personal")}</Checkbox>
            </Form.Item>
          </>
        )}
        <Button type="primary" htmlType="submit" loading={ask.isPending}>
          {t("policies.ask")}
        </Button>
      </Form>
      {ask.error && (
        <Alert type="error" showIcon title={t("policies.failed")} description={reasonOf(ask.error, t)} />
      )}
      <div role="status">
        {ask.data && (
          <Alert
            type={ask.data.allowed ? "success" : "warning"}
            showIcon
            title={ask.data.allowed ? t("policies.allowed") : t("policies.refused")}
            description={
              ask.data.policies.length === 0 ? (
                t("policies.nothing_allows")
              ) : (
                <>
                  {t("policies.because")}
                  <ul>
                    {ask.data.policies.map((policy) => (
                      <li key={policy.name}>
                        {language === "en" ? policy.en : policy.zh} <code>{policy.name}</code>
                      </li>
                    ))}
                  </ul>
                </>
              )
            }
          />
        )}
      </div>
    </section>
  );
}
