import { importFilingTable, previewFilingTable, type FilingScheme, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Modal } from "antd";
import { useId, useState } from "react";
import { reasonOf } from "../../../parts/notices";
import { ImportPreview } from "./import-preview";

type Summary = Schemas["FilingTableSummaryBody"];

interface Fields {
  id: string;
  version: string;
  title: string;
  fonds: string;
  valid_from: string;
  approved_by: string;
  approval_number: string;
}

const SOUND = /^[\p{L}\p{N}._-]+$/u;

/** Takes a sheet as a table: what it is, what it would change, and only then the change. */
export function ImportTable({ table, close }: { table: Summary; close: (imported: string | null) => void }) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const [sheet, setSheet] = useState<File | null>(null);
  const [missing, setMissing] = useState(false);
  const [scheme, setScheme] = useState<FilingScheme | null>(null);
  const preview = useMutation({
    mutationFn: (sent: { scheme: FilingScheme; sheet: File }) => previewFilingTable(sent.scheme, sent.sheet),
    onSuccess: (_, sent) => setScheme(sent.scheme),
  });
  const carryOut = useMutation({
    mutationFn: (sent: { scheme: FilingScheme; sheet: File }) => importFilingTable(sent.scheme, sent.sheet),
    onSuccess: async (done) => {
      await queries.invalidateQueries({ queryKey: ["filing", "tables"] });
      close(done.table.name);
    },
  });
  const look = (fields: Fields) => {
    setMissing(sheet === null);
    if (sheet !== null) preview.mutate({ scheme: schemeOf(fields), sheet });
  };
  const isShown = scheme !== null && preview.data !== undefined;
  const back = () => {
    setScheme(null);
    carryOut.reset();
  };
  return (
    <Modal
      open
      width={760}
      title={t(isShown ? "filing.import_preview" : "filing.import")}
      onCancel={() => close(null)}
      footer={
        isShown ? (
          <>
            <Button onClick={back}>{t("filing.import_back")}</Button>
            <Button
              type="primary"
              loading={carryOut.isPending}
              onClick={() => sheet && carryOut.mutate({ scheme, sheet })}
            >
              {t("filing.import_ok")}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => close(null)}>{t("accession.cancel")}</Button>
            <Button type="primary" loading={preview.isPending} onClick={() => form.submit()}>
              {t("filing.import_look")}
            </Button>
          </>
        )
      }
    >
      {isShown && <ImportPreview change={preview.data} />}
      <Form<Fields>
        form={form}
        layout="vertical"
        className="import-form"
        hidden={isShown}
        initialValues={{
          id: table.name.split("@")[0],
          version: "",
          title: table.title,
          fonds: table.fonds.join(" "),
          valid_from: "",
          approved_by: "",
          approval_number: "",
        }}
        onFinish={look}
      >
        <SheetChoice sheet={sheet} choose={setSheet} isMissing={missing && sheet === null} />
        <SchemeFields />
      </Form>
      {!isShown && preview.error && (
        <Alert role="alert" type="error" showIcon title={reasonOf(preview.error, t)} />
      )}
      {carryOut.error && <Alert role="alert" type="error" showIcon title={reasonOf(carryOut.error, t)} />}
    </Modal>
  );
}

function SheetChoice({
  sheet,
  choose,
  isMissing,
}: {
  sheet: File | null;
  choose: (sheet: File | null) => void;
  isMissing: boolean;
}) {
  const { t, bytes } = useWorkbenchTexts();
  const field = useId();
  return (
    <div className="whole sheet-choice">
      <label htmlFor={field}>{t("filing.sheet")}</label>
      <input
        id={field}
        type="file"
        accept=".csv,.xlsx,.xls,.ods,text/csv"
        aria-describedby={`${field}-hint`}
        onChange={(event) => choose(event.target.files?.[0] ?? null)}
      />
      <span id={`${field}-hint`} className="quiet">
        {sheet ? bytes(sheet.size) : t("filing.sheet_hint")}
      </span>
      {isMissing && <Alert role="alert" type="error" showIcon title={t("filing.sheet_missing")} />}
    </div>
  );
}

function SchemeFields() {
  const { t } = useWorkbenchTexts();
  const sound = [
    { required: true, message: t("filing.field_missing") },
    { pattern: SOUND, message: t("filing.field_sound") },
  ];
  return (
    <>
      <Form.Item name="id" label={t("filing.scheme_id")} rules={sound}>
        <Input autoComplete="off" maxLength={60} />
      </Form.Item>
      <Form.Item name="version" label={t("filing.version")} extra={t("filing.version_hint")} rules={sound}>
        <Input autoComplete="off" maxLength={30} />
      </Form.Item>
      <Form.Item
        name="title"
        label={t("filing.scheme_title")}
        className="whole"
        rules={[{ required: true, whitespace: true, message: t("filing.field_missing") }]}
      >
        <Input autoComplete="off" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="valid_from"
        label={t("filing.first_day")}
        extra={t("filing.first_day_hint")}
        rules={[{ required: true, message: t("filing.field_missing") }]}
      >
        <Input type="date" />
      </Form.Item>
      <Form.Item name="fonds" label={t("filing.fonds")} extra={t("filing.fonds_hint")}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="approved_by" label={t("filing.approved_by")}>
        <Input autoComplete="off" maxLength={200} />
      </Form.Item>
      <Form.Item name="approval_number" label={t("filing.approval_number")}>
        <Input autoComplete="off" maxLength={200} />
      </Form.Item>
    </>
  );
}

function schemeOf(fields: Fields): FilingScheme {
  return {
    id: fields.id,
    version: fields.version,
    title: fields.title,
    fonds: fields.fonds.split(/[\s,，、;；]+/).filter((one) => one !== ""),
    valid_from: fields.valid_from,
    valid_to: null,
    approved_by: fields.approved_by,
    approval_number: fields.approval_number,
  };
}
