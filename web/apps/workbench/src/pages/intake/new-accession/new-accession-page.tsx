import {
  accessionQuery,
  fondsListQuery,
  UploadFailed,
  type Schemas,
  type UploadProgress,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Form, Input, Progress, Radio } from "antd";
import { useCallback, useEffect, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { accessionAddress } from "../../../parts/addresses";
import { reasonOf } from "../../../parts/notices";
import { PackageChoice } from "./package-choice";
import { isSystemFile, type ChosenPackage } from "./read-package";
import { useUpload } from "./use-upload";

interface Description {
  name: string;
  fonds: string;
  kind: (typeof KINDS)[number];
  stage: (typeof STAGES)[number];
  majors: (typeof MAJORS)[number];
}

const KINDS = ["auto", "folder", "transfer", "bagit", "eep", "eark", "file"] as const;
const STAGES = ["filing", "transfer"] as const;
const MAJORS = ["return", "ask"] as const;
const FONDS_NUMBER = /^[\p{L}\p{N}-]{1,20}$/u;

export default function NewAccessionPage() {
  const { t } = useWorkbenchTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form] = Form.useForm<Description>();
  const [chosen, setChosen] = useState<ChosenPackage | null>(null);
  const [leaveOut, setLeaveOut] = useState(true);
  const [missing, setMissing] = useState(false);
  const { upload, send, stop } = useUpload((id) => {
    void queries.invalidateQueries({ queryKey: ["accessions"] });
    void navigate(accessionAddress(id), { replace: true });
  });
  const corrects = useSearchParams()[0].get("corrects");
  const sending = upload.state === "sending";
  const systemFiles = chosen?.files.filter(isSystemFile).length ?? 0;

  const choose = (found: ChosenPackage | null) => {
    setChosen(found);
    setMissing(false);
    if (found?.folder && !form.getFieldValue("name")) form.setFieldValue("name", found.folder);
  };
  // the corrected package is the same as the returned one in everything but its faults
  const fill = useCallback(
    (returned: Schemas["AccessionBody"]) => {
      if (form.isFieldsTouched()) return;
      const { name, fonds, kind, stage, majors } = returned;
      form.setFieldsValue({ name, fonds: fonds ?? "", kind, majors });
      if (stage !== "preservation") form.setFieldsValue({ stage });
    },
    [form],
  );
  const submit = ({ name, fonds, kind, stage, majors }: Description) => {
    if (!chosen) {
      setMissing(true);
      return;
    }
    const files = leaveOut ? chosen.files.filter((file) => !isSystemFile(file)) : chosen.files;
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    const described = { name: name.trim(), fonds: fonds.trim(), kind, stage, majors, corrects };
    send({ body: { ...described, files: files.length, bytes }, files });
  };

  return (
    <div className="narrow">
      <title>{`${t("new.title")} · ${t("desk.name")}`}</title>
      <nav className="trail">
        <Link to="/accessions">{t("accessions.title")}</Link>
      </nav>
      <div className="page-head">
        <h1>{t(corrects === null ? "new.title" : "new.title_corrects")}</h1>
      </div>
      {corrects !== null && <Corrected accession={corrects} fill={fill} />}
      <section className="panel" aria-labelledby="choose">
        <h2 id="choose">{t("new.step_choose")}</h2>
        <PackageChoice chosen={chosen} disabled={sending} onChoose={choose} />
        {systemFiles > 0 && (
          <Checkbox
            checked={leaveOut}
            disabled={sending}
            onChange={(event) => setLeaveOut(event.target.checked)}
          >
            {t("new.system_files", { count: systemFiles })}
          </Checkbox>
        )}
        {missing && <Alert role="alert" type="error" showIcon title={t("new.files_missing")} />}
      </section>
      <Form<Description>
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={sending}
        initialValues={{ kind: "auto", name: "", fonds: "", stage: "filing", majors: "return" }}
        onFinish={submit}
      >
        <section className="panel" aria-labelledby="describe">
          <h2 id="describe">{t("new.step_describe")}</h2>
          <DescriptionFields />
        </section>
        <section className="panel" aria-labelledby="send">
          <h2 id="send">{t("new.step_send")}</h2>
          {upload.state === "stopped" && (
            <Alert role="status" type="info" showIcon title={t("new.cancelled")} />
          )}
          {upload.state === "failed" && <UploadError error={upload.error} />}
          {sending ? (
            <Sending progress={upload.progress} stop={stop} />
          ) : (
            <Button type="primary" htmlType="submit" size="large">
              {upload.state === "idle" ? t("new.submit") : t("new.again")}
            </Button>
          )}
        </section>
      </Form>
    </div>
  );
}

/** Says which returned package is corrected. */
function Corrected({
  accession,
  fill,
}: {
  accession: string;
  fill: (returned: Schemas["AccessionBody"]) => void;
}) {
  const { t } = useWorkbenchTexts();
  const { data } = useQuery(accessionQuery(accession));
  useEffect(() => {
    if (data) fill(data);
  }, [data, fill]);
  return data ? <Alert type="info" showIcon title={t("new.corrects", { name: data.name })} /> : null;
}

function DescriptionFields() {
  const { t } = useWorkbenchTexts();
  const { data } = useQuery(fondsListQuery());
  return (
    <>
      <Form.Item
        name="name"
        label={t("new.name")}
        rules={[{ required: true, whitespace: true, message: t("new.name_missing") }]}
      >
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item
        name="fonds"
        label={t("new.fonds")}
        extra={t("new.fonds_hint")}
        rules={[
          { required: true, message: t("new.fonds_missing") },
          { pattern: FONDS_NUMBER, message: t("new.fonds_invalid") },
        ]}
      >
        <Input list="known-fonds" autoComplete="off" maxLength={20} className="short" />
      </Form.Item>
      <datalist id="known-fonds">
        {data?.items.map((fonds) => (
          <option key={fonds.number} value={fonds.number} label={fonds.title} />
        ))}
      </datalist>
      <Form.Item name="kind" label={t("new.kind")}>
        <Radio.Group options={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))} />
      </Form.Item>
      <Form.Item name="stage" label={t("new.stage")}>
        <Radio.Group options={STAGES.map((stage) => ({ value: stage, label: t(`check_stage.${stage}`) }))} />
      </Form.Item>
      <Form.Item name="majors" label={t("new.majors")}>
        <Radio.Group
          options={MAJORS.map((majors) => ({ value: majors, label: t(`new.majors_${majors}`) }))}
        />
      </Form.Item>
    </>
  );
}

function Sending({ progress, stop }: { progress: UploadProgress; stop: () => void }) {
  const { t, number, bytes } = useWorkbenchTexts();
  const share = progress.bytesTotal === 0 ? 0 : progress.bytesDone / progress.bytesTotal;
  return (
    <div className="sending">
      <Progress percent={Math.floor(share * 100)} aria-label={t("new.progress")} status="active" />
      <p>
        {t("new.sent", {
          done: number(progress.filesDone),
          total: number(progress.filesTotal),
          bytesDone: bytes(progress.bytesDone),
          bytesTotal: bytes(progress.bytesTotal),
        })}
      </p>
      {progress.retries > 0 && <p className="quiet">{t("new.retries", { count: progress.retries })}</p>}
      <p className="quiet">{t("new.leave")}</p>
      {/* The form around is disabled while files travel; stopping must not be. */}
      <Button disabled={false} onClick={stop}>
        {t("new.cancel")}
      </Button>
    </div>
  );
}

function UploadError({ error }: { error: unknown }) {
  const { t } = useWorkbenchTexts();
  const title =
    error instanceof UploadFailed
      ? t("new.failed", { path: error.path, reason: reasonOf(error.cause, t) })
      : t("new.failed_start", { reason: reasonOf(error, t) });
  return <Alert role="alert" type="error" showIcon title={title} />;
}
