import { accessionQuery, discardAccession, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal, Progress, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { recordAddress, reportAddress } from "../../../parts/addresses";
import { Facts } from "../../../parts/facts";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { OpenTag, StateTag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";
import { useLiveProgress } from "./use-live-progress";

type Accession = Schemas["AccessionBody"];

export default function AccessionPage() {
  const { t } = useWorkbenchTexts();
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery(accessionQuery(id));
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
      {accession.state === "receiving" && <Discard accession={accession} />}
      {accession.checks.length > 0 && (
        <p>
          <Link className="primary-link" to={reportAddress(accession.id)}>
            {t("accession.report")}
          </Link>
        </p>
      )}
      <section className="panel" aria-labelledby="facts">
        <h2 id="facts">{t("accession.facts")}</h2>
        <Facts
          facts={[
            [t("accessions.fonds"), accession.fonds],
            [t("accession.kind"), label("kind", accession.kind)],
            [t("accessions.items"), number(accession.items)],
            [t("accessions.files"), number(accession.files)],
            [t("accessions.bytes"), bytes(accession.bytes)],
            [t("accessions.received_at"), moment(accession.received_at)],
            [t("accession.finished_at"), accession.finished_at && moment(accession.finished_at)],
            [t("accessions.received_by"), accession.received_by],
          ]}
        />
      </section>
      {accession.records.length > 0 && <Records accession={accession} />}
    </>
  );
}

function Verdict({ accession }: { accession: Accession }) {
  const { t } = useWorkbenchTexts();
  switch (accession.state) {
    case "accepted":
      return (
        <Alert
          type="success"
          showIcon
          title={t("accession.accepted", { count: accession.items })}
          description={t("accession.accepted_note")}
        />
      );
    case "returned":
      return (
        <Alert
          type="error"
          showIcon
          title={t("accession.returned")}
          description={t("accession.returned_note")}
        />
      );
    case "failed":
      return (
        <Alert type="warning" showIcon title={t("accession.failed")} description={accession.error?.detail} />
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

function Discard({ accession }: { accession: Accession }) {
  const { t } = useWorkbenchTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const discard = useMutation({
    mutationFn: () => discardAccession(accession.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["accessions"] });
      void navigate("/accessions", { replace: true });
    },
  });
  return (
    <>
      <p>
        <Button danger onClick={() => setAsking(true)}>
          {t("accession.discard")}
        </Button>
      </p>
      <Modal
        open={asking}
        title={t("accession.discard_title")}
        okText={t("accession.discard_ok")}
        cancelText={t("accession.cancel")}
        okButtonProps={{ danger: true }}
        confirmLoading={discard.isPending}
        onOk={() => discard.mutate()}
        onCancel={() => setAsking(false)}
      >
        <p>{t("accession.discard_text")}</p>
        {discard.error && <Alert role="alert" type="error" showIcon title={reasonOf(discard.error, t)} />}
      </Modal>
    </>
  );
}

function Records({ accession }: { accession: Accession }) {
  const { t } = useWorkbenchTexts();
  type Row = Accession["records"][number];
  const columns: TableColumnsType<Row> = [
    {
      title: t("accession.record_title"),
      key: "title",
      rowScope: "row",
      render: (_, record) => (
        <>
          <Link to={recordAddress(record.code)}>{record.title}</Link>
          <span className="code under">{record.code}</span>
        </>
      ),
    },
    {
      title: t("accession.open_status"),
      key: "open_status",
      render: (_, record) => <OpenTag status={record.open_status} />,
    },
  ];
  return (
    <section className="panel" aria-labelledby="records">
      <div className="panel-head">
        <h2 id="records">{t("accession.records")}</h2>
        {accession.items > accession.records.length && (
          <span className="quiet">{t("accession.records_first", { count: accession.records.length })}</span>
        )}
      </div>
      <Table
        aria-label={t("accession.records")}
        size="small"
        rowKey="code"
        columns={columns}
        dataSource={accession.records}
        pagination={false}
      />
    </section>
  );
}
