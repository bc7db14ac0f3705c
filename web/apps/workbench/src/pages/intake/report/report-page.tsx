import { accessionQuery, accessionReportUrl, sessionQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Link, useParams } from "react-router";
import { accessionAddress } from "../../../parts/addresses";
import { Facts } from "../../../parts/facts";
import { FailureNotice } from "../../../parts/notices";
import { Tag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";
import { CheckTable } from "./check-table";
import { Findings } from "./findings";

type Accession = Schemas["AccessionBody"];

export default function ReportPage() {
  const { t } = useWorkbenchTexts();
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery(accessionQuery(id));
  const title = data ? t("report.of", { name: data.name }) : t("report.title");
  return (
    <article className="report" aria-busy={isPending}>
      <title>{title}</title>
      <nav className="trail no-print">
        <Link to="/accessions">{t("accessions.title")}</Link>
        {data && <Link to={accessionAddress(data.id)}>{data.name}</Link>}
      </nav>
      <div className="page-head">
        <h1>{t("report.title")}</h1>
        {data && (
          <div className="page-head-side no-print">
            {data.checks.length > 0 && data.state !== "failed" && <Downloads accession={data.id} />}
            <Button onClick={() => window.print()}>{t("report.print")}</Button>
          </div>
        )}
      </div>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <ReportHead accession={data} />
          <CheckTable checks={data.checks} />
          <Findings accession={data.id} checks={data.checks} />
        </>
      )}
    </article>
  );
}

/** The report as a file: signed and filed, read elsewhere, or for programs. */
function Downloads({ accession }: { accession: string }) {
  const { t } = useWorkbenchTexts();
  return (
    <>
      <a href={accessionReportUrl(accession, "pdf")} download>
        {t("report.as_pdf")}
      </a>
      <a href={accessionReportUrl(accession, "html")} target="_blank" rel="noreferrer">
        {t("report.as_html")}
      </a>
      <a href={accessionReportUrl(accession, "json")} download>
        {t("report.as_json")}
      </a>
    </>
  );
}

function ReportHead({ accession }: { accession: Accession }) {
  const { t, number, bytes, moment } = useWorkbenchTexts();
  const { data: session } = useQuery(sessionQuery());
  return (
    <section className="panel report-head" aria-label={accession.name}>
      <p className="quiet">{session?.institution}</p>
      <p className="report-name">{accession.name}</p>
      <p className="report-verdict">
        <VerdictTag state={accession.state} />
        {accession.blockers > 0 && <span>{t("accessions.blockers", { count: accession.blockers })}</span>}
        {accession.warnings > 0 && <span>{t("accessions.warnings", { count: accession.warnings })}</span>}
      </p>
      <Facts
        facts={[
          [t("accessions.fonds"), accession.fonds],
          [t("accessions.items"), number(accession.items)],
          [t("accessions.files"), number(accession.files)],
          [t("accessions.bytes"), bytes(accession.bytes)],
          [t("accessions.received_at"), moment(accession.received_at)],
          [t("accession.finished_at"), accession.finished_at && moment(accession.finished_at)],
          [t("accessions.received_by"), accession.received_by],
        ]}
      />
      <p className="quiet">{t("report.basis")}</p>
    </section>
  );
}

function VerdictTag({ state }: { state: Accession["state"] }) {
  const { t } = useWorkbenchTexts();
  if (state === "accepted") return <Tag tone="good">{t("report.verdict_accepted")}</Tag>;
  if (state === "returned") return <Tag tone="bad">{t("report.verdict_returned")}</Tag>;
  if (state === "failed") return <Tag tone="warn">{t("report.verdict_failed")}</Tag>;
  return <Tag tone="busy">{t("report.verdict_pending")}</Tag>;
}
