import { recordQuery, recordTextQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { accessionAddress } from "../../../parts/addresses";
import { Facts } from "../../../parts/facts";
import { FailureNotice } from "../../../parts/notices";
import { OpenTag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";
import { Events } from "./events";
import { Files } from "./files";
import { OpeningDecision } from "./opening-decision";

type RecordBody = Schemas["RecordBody"];

export default function RecordPage() {
  const { t } = useWorkbenchTexts();
  const { code = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery(recordQuery(code));
  return (
    <div aria-busy={isPending}>
      <title>{`${data?.title ?? t("records.title")} · ${t("desk.name")}`}</title>
      <nav className="trail">
        <Link to="/records">{t("records.title")}</Link>
      </nav>
      {isPending && <Waiting />}
      {error && (
        <>
          <h1>{t("records.title")}</h1>
          <FailureNotice error={error} retry={() => void refetch()} />
        </>
      )}
      {data && <RecordView key={data.record} record={data} />}
    </div>
  );
}

function RecordView({ record }: { record: RecordBody }) {
  const { t } = useWorkbenchTexts();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>{record.title}</h1>
          <p className="code">{record.code}</p>
        </div>
        <div className="page-head-side">
          <OpenTag status={record.open_status} />
          <a href={record.permanent_address}>{t("record.portal")}</a>
        </div>
      </div>
      <OpeningDecision record={record} />
      <Metadata record={record} />
      <Files record={record} />
      {record.has_text && <Text code={record.code} />}
      <Events code={record.code} />
    </>
  );
}

function Metadata({ record }: { record: RecordBody }) {
  const { t, edtf, label, number, moment } = useWorkbenchTexts();
  const list = (values: readonly string[]) => values.join(t("list.separator"));
  return (
    <section className="panel" aria-labelledby="metadata">
      <h2 id="metadata">{t("record.metadata")}</h2>
      <Facts
        facts={[
          [t("record.document_number"), record.document_number],
          [t("record.author"), record.author],
          [
            t("record.date"),
            [record.date_text, record.date && edtf(record.date)].filter(Boolean).join(" · "),
          ],
          [t("record.fonds"), `${record.fonds.number} ${record.fonds.title}`],
          [t("record.category"), label("category", record.category, record.category_label)],
          [t("record.level"), label("level", record.level)],
          [t("record.year"), record.year === null ? null : String(record.year)],
          [t("record.organisation"), record.organisation_or_subject],
          [t("record.retention"), record.retention && label("retention", record.retention)],
          [t("record.classification"), label("classification", record.classification)],
          [t("record.page_count"), record.page_count === null ? null : number(record.page_count)],
          [t("record.carrier"), record.carrier],
          [t("record.document_type"), record.document_type],
          [t("record.language"), record.language],
          [t("record.script"), record.script],
          [t("record.keywords"), list(record.keywords)],
          [t("record.people"), list(record.people)],
          [t("record.places"), list(record.places)],
          [t("record.source"), record.source],
          [t("record.location"), record.location],
          [t("record.former_codes"), list(record.former_codes)],
          [t("record.received_at"), record.received_at && moment(record.received_at)],
          [
            t("record.accession"),
            record.accession && <Link to={accessionAddress(record.accession)}>{record.accession}</Link>,
          ],
          [t("record.identifier"), <span className="code">{record.record}</span>],
          ...Object.entries(record.other),
          [t("record.summary"), record.summary, true],
        ]}
      />
    </section>
  );
}

function Text({ code }: { code: string }) {
  const { t } = useWorkbenchTexts();
  const [wanted, setWanted] = useState(false);
  const { data, error, isLoading, refetch } = useQuery({ ...recordTextQuery(code), enabled: wanted });
  return (
    <section className="panel" aria-labelledby="text">
      <h2 id="text">{t("record.text")}</h2>
      {!wanted && <Button onClick={() => setWanted(true)}>{t("record.show_text")}</Button>}
      {isLoading && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <div className="text-leaf" lang="zh">
          {data.text}
        </div>
      )}
    </section>
  );
}
