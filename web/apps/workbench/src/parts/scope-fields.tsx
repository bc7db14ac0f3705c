import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Form, Input, Select } from "antd";

/** Roles that a post gives, in the order of the glossary. */
const POST_ROLES = [
  "system_admin",
  "security_admin",
  "audit_admin",
  "network_admin",
  "director",
  "archivist",
  "receiver",
  "quality_inspector",
  "cataloguer",
  "opening_reviewer",
  "opening_rereviewer",
  "opening_approver",
  "reference_archivist",
  "preservation_officer",
  "unit_clerk",
  "supervisor",
];
/** Roles that see no records: nothing is asked about what they reach. */
const WITHOUT_RECORDS = ["system_admin", "security_admin", "audit_admin", "network_admin", "supervisor"];
const CLEARANCES = ["public", "internal", "confidential", "secret", "top_secret"];

export interface ScopeFieldsOf {
  role: string;
  fonds?: string;
  categories?: string;
  clearance?: string;
}

function codes(text: string | undefined): string[] | null {
  const found = (text ?? "").split(/[,，、\s]+/u).filter((code) => code !== "");
  return found.length === 0 ? null : found;
}

export function scopeOf(fields: ScopeFieldsOf): Schemas["NewScopeBody"] {
  return {
    role: fields.role,
    fonds: codes(fields.fonds),
    categories: codes(fields.categories),
    clearance: fields.clearance ?? "internal",
  };
}

/** Fields for a role and what it reaches. */
export function ScopeFields({ forProgram = false }: { forProgram?: boolean }) {
  const { t, label } = useWorkbenchTexts();
  const role = Form.useWatch<string | undefined>("role");
  const roles = POST_ROLES.filter(
    (one) => !forProgram || !["system_admin", "security_admin", "audit_admin"].includes(one),
  );
  return (
    <>
      <Form.Item
        name="role"
        label={t("people.role")}
        rules={[{ required: true, message: t("people.role_missing") }]}
      >
        <Select
          showSearch={{ optionFilterProp: "label" }}
          options={roles.map((one) => ({ value: one, label: label("role", one) }))}
        />
      </Form.Item>
      {role !== undefined && !WITHOUT_RECORDS.includes(role) && (
        <>
          <Form.Item name="fonds" label={t("people.fonds")} extra={t("people.fonds_hint")}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item name="categories" label={t("people.categories")} extra={t("people.categories_hint")}>
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item name="clearance" label={t("people.clearance")} initialValue="internal">
            <Select
              options={CLEARANCES.map((one) => ({ value: one, label: label("classification", one) }))}
            />
          </Form.Item>
        </>
      )}
    </>
  );
}
