import { accessionQuery, accessionReportUrl, receiptUrl, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Alert, Progress } from "antd";
import { Link, useParams } from "react-router";
import {
  accessionAddress,
  correctionAddress,
  registerAddress,
  reportAddress,
} from "../../../parts/addresses";
import { Facts } from "../../../parts/facts";
import { FailureNotice } from "../../../parts/notices";
import { StateTag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";
import { Attempts } from "./attempts";
import { BroughtRecords } from "./brought-records";
import { Faults } from "./faults";
import { TaskList } from "./task-list";
import { Unended } from "./unended";
import { useLiveProgress } from "./use-live-progress";

type Accession = Schemas["AccessionBody"];

const isConcluding = (accession: Accession): boolean =>
  accession.state === "pending_review" && accession.open_tasks === 0;

export default function AccessionPage() {
  const { t } = useWorkbenchTexts();
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    ...accessionQuery(id),
    // after the last decision the package is accepted or returned without anybody's doing
    refetchInterval: ({ state }) => (state.data && isConcluding(state.data) ? 1000 : false),
  });
  useLiveProgress(data);
  const title = data ? t("accession.title", { name: data.name }) : t("accessions.title");
  return (
    <div aria-busy={isPending}>
      <title>{`${title} · ${t("desk.name")}`}</title>
      <nav className="trail">
        <Link to="/accessions">{t("accessions.title")}</Link>
      </nav>
      <div className="page-head">
        <h1>{data?.name ?? t("accessions.title")}</h1>
        {data && <StateTag state={data.state} />}
      </div>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && <AccessionView accession={data} />}
    </div>
  );
}

function AccessionView({ accession }: { accession: Accession }) {
  const { t, number, bytes, moment, label } = useWorkbenchTexts();
  return (
    <>
      <div role="status" className="verdict">
        <Verdict accession={accession} />
      </div>
      {accession.state === "checking" && <LiveProgress progress={accession.progress} />}
      {(accession.state === "receiving" || accession.state === "failed") && <Unended accession={accession} />}
      <Ways accession={accession} />
      {accession.checks.length > 0 && <TaskList accession={accession.id} checks={accession.checks} />}
      <Faults accession={accession} />
      <Attempts accession={accession} />
      <section className="panel" aria-labelledby="facts">
        <h2 id="facts">{t("accession.facts")}</h2>
        <Facts
          facts={[
            [t("accessions.fonds"), accession.fonds],
            [t("accession.kind"), label("kind", accession.kind)],
            [t("accession.stage"), t(`check_stage.${accession.stage}`)],
            [t("accessions.items"), number(accession.items)],
            [t("accessions.files"), number(accession.files)],
            [t("accessions.bytes"), bytes(accession.bytes)],
            [t("accessions.received_at"), moment(accession.received_at)],
            [t("accession.finished_at"), accession.finished_at && moment(accession.finished_at)],
            [t("accessions.received_by"), accession.received_by],
            [
              t("accession.package_digest"),
              accession.package && <span className="code">{accession.package.value}</span>,
              true,
            ],
          ]}
        />
      </section>
      {accession.records.length > 0 && <BroughtRecords accession={accession.id} total={accession.items} />}
    </>
  );
}

/** Where one goes from here: the report, the receipt, the corrected package. */
function Ways({ accession }: { accession: Accession }) {
  const { t } = useWorkbenchTexts();
  const ended = accession.state === "accepted" || accession.state === "returned";
  const tested = accession.checks.length > 0;
  const awaitsCorrection = accession.state === "returned" && accession.corrected_by.length === 0;
  const [corrected] = accession.corrected_by;
  if (!tested && !ended && accession.state !== "failed") return null;
  return (
    <p className="ways">
      {awaitsCorrection && (
        <Link className="primary-link" to={correctionAddress(accession.id)}>
          {t("accession.correct")}
        </Link>
      )}
      {corrected !== undefined && (
        <Link className="primary-link" to={accessionAddress(corrected)}>
          {t("accession.corrected")}
        </Link>
      )}
      {accession.state === "failed" && <Link to="/accessions/new">{t("accession.again")}</Link>}
      {tested && (
        <Link
          className={accession.state === "returned" ? undefined : "primary-link"}
          to={reportAddress(accession.id)}
        >
          {t("accession.report")}
        </Link>
      )}
      {tested && accession.state !== "failed" && (
        <a href={accessionReportUrl(accession.id, "pdf")} download>
          {t("report.as_pdf")}
        </a>
      )}
      {ended && (
        <a href={receiptUrl(accession.id)} download>
          {t("accession.receipt")}
        </a>
      )}
      {accession.state === "accepted" && <Link to={registerAddress(accession.id)}>{t("register.open")}</Link>}
    </p>
  );
}

function Verdict({ accession }: { accession: Accession }) {
  const { t, number } = useWorkbenchTexts();
  switch (accession.state) {
    case "accepted":
      return (
        <Alert
          type="success"
          showIcon
          title={
            accession.warnings > 0
              ? t("accession.accepted_warned", {
                  items: number(accession.items),
                  warnings: number(accession.warnings),
                })
              : t("accession.accepted", { count: accession.items })
          }
          description={t("accession.accepted_note")}
        />
      );
    case "returned":
      return (
        <Alert
          type="error"
          showIcon
          title={t("accession.returned")}
          description={t(
            accession.corrected_by.length > 0 ? "accession.returned_corrected" : "accession.returned_note",
          )}
        />
      );
    case "failed":
      return (
        <Alert
          type="warning"
          showIcon
          title={t("accession.failed")}
          description={
            <>
              <p>{t("accession.failed_note")}</p>
              {accession.error && (
                <p className="quiet">
                  <span className="code">{accession.error.code}</span>: <span>{accession.error.detail}</span>
                </p>
              )}
            </>
          }
        />
      );
    case "pending_review":
      if (isConcluding(accession)) return <Alert type="info" showIcon title={t("accession.concluding")} />;
      return (
        <Alert
          type="warning"
          showIcon
          title={t("accession.pending_review", { count: accession.open_tasks })}
          description={t("accession.pending_review_note")}
        />
      );
    case "receiving":
      return <Alert type="info" showIcon title={t("accession.receiving")} />;
    case "checking":
      return null;
  }
}

const STAGES = ["waiting", "reading", "checking", "storing", "indexing"] as const;

function LiveProgress({ progress }: { progress: Accession["progress"] }) {
  const { t, number, bytes } = useWorkbenchTexts();
  const share =
    progress.bytes_total > 0
      ? progress.bytes_done / progress.bytes_total
      : progress.files_done / Math.max(1, progress.files_total);
  const at = STAGES.findIndex((stage) => stage === progress.stage);
  return (
    <section className="panel" aria-labelledby="progress">
      <h2 id="progress">{t("accession.progress")}</h2>
      <ol className="stages">
        {STAGES.map((stage, index) => (
          <li
            key={stage}
            className={index < at ? "past" : index === at ? "now" : "ahead"}
            aria-current={index === at ? "step" : undefined}
          >
            {t(`accession.stage.${stage}`)}
          </li>
        ))}
      </ol>
      <Progress
        percent={Math.min(100, Math.floor(share * 100))}
        status="active"
        aria-label={t("accession.progress_bar")}
      />
      <p className="quiet">
        {t("accession.files_done", {
          done: number(progress.files_done),
          total: number(progress.files_total),
        })}
        {" · "}
        {t("accession.bytes_done", { done: bytes(progress.bytes_done), total: bytes(progress.bytes_total) })}
      </p>
    </section>
  );
}
