import { overviewQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { AccessionTable } from "../../../parts/accession-table";
import { FailureNotice } from "../../../parts/notices";
import { Tag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";

type Overview = Schemas["OverviewBody"];

export default function OverviewPage() {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(overviewQuery());
  return (
    <div aria-busy={isPending}>
      <title>{`${t("overview.title")} · ${t("desk.name")}`}</title>
      <div className="page-head">
        <h1>{t("overview.title")}</h1>
        <Link className="primary-link" to="/accessions/new">
          {t("accessions.new")}
        </Link>
      </div>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <Numbers overview={data} />
          <section className="panel" aria-labelledby="recent">
            <div className="panel-head">
              <h2 id="recent">{t("overview.recent")}</h2>
              <Link to="/accessions">{t("overview.all_accessions")}</Link>
            </div>
            <AccessionTable accessions={data.recent_accessions} />
          </section>
          <Journal journal={data.journal} />
        </>
      )}
    </div>
  );
}

function Numbers({ overview }: { overview: Overview }) {
  const { t, number, bytes } = useWorkbenchTexts();
  const share = overview.records === 0 ? 0 : overview.open / overview.records;
  const numbers: [string, string, string?][] = [
    [t("overview.records"), number(overview.records), "/records"],
    [t("overview.open"), number(overview.open), "/records?open_status=open"],
    [t("overview.unreviewed"), number(overview.unreviewed), "/records?open_status=unreviewed"],
    [t("overview.open_share"), `${Math.round(share * 100)}%`],
    [t("overview.files"), number(overview.files)],
    [t("overview.bytes"), bytes(overview.bytes)],
    [t("overview.accessions"), number(overview.accessions), "/accessions"],
    [t("overview.returned"), number(overview.accessions_returned)],
    [t("overview.jobs"), number(overview.jobs_waiting)],
  ];
  return (
    <dl className="numbers">
      {numbers.map(([name, value, to]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{to ? <Link to={to}>{value}</Link> : value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Journal({ journal }: { journal: Overview["journal"] }) {
  const { t, number, moment } = useWorkbenchTexts();
  return (
    <section className="panel" aria-labelledby="journal">
      <h2 id="journal">{t("overview.journal")}</h2>
      <p className="quiet">{t("overview.journal_note")}</p>
      <dl className="facts">
        <div>
          <dt>{t("overview.journal_size")}</dt>
          <dd>{number(journal.size)}</dd>
        </div>
        <div>
          <dt>{t("overview.journal_checked")}</dt>
          <dd>
            {journal.checked_at ? moment(journal.checked_at) : t("overview.journal_never")}
            {journal.checked_sound === false && (
              <>
                {" "}
                <Tag tone="bad">{t("overview.journal_unsound")}</Tag>
              </>
            )}
          </dd>
        </div>
        <div className="whole">
          <dt>{t("overview.journal_root")}</dt>
          <dd className="code">{journal.root}</dd>
        </div>
      </dl>
    </section>
  );
}
