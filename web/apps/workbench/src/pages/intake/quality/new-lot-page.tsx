import {
  accessionsQuery,
  createQualityLot,
  previewQualityLot,
  qualityRulesQuery,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Select } from "antd";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { lotAddress } from "../../../parts/addresses";
import { Facts } from "../../../parts/facts";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";
import { LimitsTable } from "./limits-table";

interface Fields {
  accession: string;
  plan: string;
  code_prefix?: string;
  media?: Schemas["QualityMedia"] | "any";
  name?: string;
  series?: string;
  inspectors?: string;
  deadline?: string;
}

const MEDIA = ["any", "image", "document", "sound", "video"] as const;

function bodyOf(fields: Fields, again: string | null): Schemas["NewQualityLotBody"] {
  return {
    accession: fields.accession,
    plan: fields.plan,
    name: fields.name ?? "",
    code_prefix: fields.code_prefix ?? null,
    media: fields.media === undefined || fields.media === "any" ? null : fields.media,
    series: fields.series ?? null,
    again,
    inspectors: (fields.inspectors ?? "").split(/[,，、\s]+/u).filter((name) => name !== ""),
    deadline: fields.deadline ?? null,
  };
}

export default function NewLotPage() {
  const { t, language } = useWorkbenchTexts();
  const [search] = useSearchParams();
  const rules = useQuery(qualityRulesQuery());
  const accessions = useInfiniteQuery(accessionsQuery());
  const error = rules.error ?? accessions.error;
  const accepted = (accessions.data?.pages.flatMap((page) => page.items) ?? []).filter(
    (one) => one.state === "accepted",
  );
  return (
    <div aria-busy={rules.isPending || accessions.isPending}>
      <title>{`${t("quality_new.title")} · ${t("desk.name")}`}</title>
      <nav className="trail">
        <Link to="/quality">{t("quality.title")}</Link>
      </nav>
      <h1>{t("quality_new.title")}</h1>
      {(rules.isPending || accessions.isPending) && <Waiting />}
      {error && (
        <FailureNotice
          error={error}
          retry={() => {
            void rules.refetch();
            void accessions.refetch();
          }}
        />
      )}
      {rules.data && accessions.data && (
        <NewLotForm
          accession={search.get("accession")}
          again={search.get("again")}
          accessions={accepted.map((one) => ({ value: one.id, label: one.name }))}
          plans={rules.data.plans.map((plan) => ({
            value: plan.id,
            label: language === "en" ? plan.english : plan.label,
          }))}
          more={accessions.hasNextPage ? () => void accessions.fetchNextPage() : null}
        />
      )}
    </div>
  );
}

interface Choice {
  value: string;
  label: string;
}

interface NewLotFormProps {
  accession: string | null;
  /** The returned lot that comes again. */
  again: string | null;
  accessions: Choice[];
  plans: Choice[];
  more: (() => void) | null;
}

function NewLotForm({ accession, again, accessions, plans, more }: NewLotFormProps) {
  const { t } = useWorkbenchTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form] = Form.useForm<Fields>();
  // What was worked out belongs to the fields it was worked out from.
  const [asked, setAsked] = useState<Schemas["NewQualityLotBody"] | null>(null);
  const preview = useMutation({ mutationFn: previewQualityLot });
  const create = useMutation({
    mutationFn: createQualityLot,
    onSuccess: (lot) => {
      void queries.invalidateQueries({ queryKey: ["quality", "lots"] });
      void navigate(lotAddress(lot.id));
    },
  });
  const failure = preview.error ?? create.error;
  const workOut = (fields: Fields) => {
    const body = bodyOf(fields, again);
    create.reset();
    preview.mutate(body, { onSuccess: () => setAsked(body) });
  };
  return (
    <>
      <Form
        form={form}
        layout="vertical"
        className="panel narrow two-columns"
        initialValues={{ accession: accession ?? accessions[0]?.value, plan: plans[0]?.value, media: "any" }}
        onFinish={workOut}
        onValuesChange={() => setAsked(null)}
      >
        <Form.Item
          name="accession"
          label={t("quality_new.accession")}
          extra={t("quality_new.accession_hint")}
          rules={[{ required: true, message: t("quality_new.accession_hint") }]}
        >
          <Select
            options={accessions}
            showSearch={{ optionFilterProp: "label" }}
            onPopupScroll={() => more?.()}
          />
        </Form.Item>
        <Form.Item name="plan" label={t("quality_new.plan")}>
          <Select options={plans} />
        </Form.Item>
        <Form.Item name="code_prefix" label={t("quality_new.prefix")} extra={t("quality_new.prefix_hint")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="media" label={t("quality_new.media")}>
          <Select options={MEDIA.map((media) => ({ value: media, label: t(`quality_media.${media}`) }))} />
        </Form.Item>
        <Form.Item
          name="inspectors"
          label={t("quality_new.inspectors")}
          extra={t("quality_new.inspectors_hint")}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="deadline" label={t("quality_new.deadline")}>
          <Input type="date" />
        </Form.Item>
        <Form.Item name="series" label={t("quality_new.series")} extra={t("quality_new.series_hint")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="name" label={t("quality_new.name")} extra={t("quality_new.name_hint")}>
          <Input autoComplete="off" />
        </Form.Item>
        <Button htmlType="submit" type={asked ? "default" : "primary"} loading={preview.isPending}>
          {t("quality_new.preview")}
        </Button>
      </Form>
      {failure && (
        <Alert type="error" showIcon title={t("quality_new.failed")} description={reasonOf(failure, t)} />
      )}
      <div role="status">
        {asked && preview.data && (
          <PreviewPanel preview={preview.data} drawing={create.isPending} draw={() => create.mutate(asked)} />
        )}
      </div>
    </>
  );
}

interface PreviewPanelProps {
  preview: Schemas["QualityPreviewBody"];
  drawing: boolean;
  draw: () => void;
}

function PreviewPanel({ preview, drawing, draw }: PreviewPanelProps) {
  const { t, number } = useWorkbenchTexts();
  const { plan } = preview;
  return (
    <section className="panel narrow" aria-labelledby="preview">
      <h2 id="preview">{t("quality_new.result")}</h2>
      <dl className="numbers">
        <div>
          <dt>{t("quality_new.lot_size")}</dt>
          <dd>{number(plan.lot_size)}</dd>
        </div>
        <div>
          <dt>{t("quality_new.sample_size")}</dt>
          <dd>{number(plan.sample_size)}</dd>
        </div>
      </dl>
      <Facts
        facts={[
          [t("quality_new.letter"), plan.letter],
          [t("quality_new.inspection"), plan.letter && t(`quality_inspection.${plan.inspection}`)],
          [t("quality_new.series_used"), preview.series],
          [
            t("quality_new.strata"),
            preview.strata_total > 1 ? t("quality_new.strata_count", { count: preview.strata_total }) : null,
          ],
        ]}
      />
      <h3>{t("quality_new.limits")}</h3>
      <LimitsTable limits={plan.limits} />
      <Button type="primary" loading={drawing} onClick={draw}>
        {t("quality_new.draw")}
      </Button>
    </section>
  );
}
