import { broughtRecordsQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { useMemo } from "react";
import { Link } from "react-router";
import { recordAddress, registerAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { OpenTag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";

type Brought = Schemas["BroughtRecord"];

/** Records asked for at once; a page of more is slow to lay out. */
const AT_ONCE = 100;
/** So few records show their files without being asked. */
const FEW = 10;

/** The records of an accession, each unfolding into its files with their formats. */
export function BroughtRecords({ accession, total }: { accession: string; total: number }) {
  const { t, number } = useWorkbenchTexts();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(broughtRecordsQuery(accession, AT_ONCE));
  const records = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return (
    <section className="panel" aria-labelledby="brought" aria-busy={isPending}>
      <div className="panel-head">
        <h2 id="brought">{t("accession.records")}</h2>
        <Link to={registerAddress(accession)}>{t("register.open")}</Link>
      </div>
      {isPending && <Waiting rows={4} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {records.length > 0 && <RecordTable records={records} />}
      {hasNextPage && (
        <p>
          <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("desk.more")}
          </Button>{" "}
          <span className="quiet">
            {t("accession.records_of", { shown: number(records.length), total: number(total) })}
          </span>
        </p>
      )}
    </section>
  );
}

function RecordTable({ records }: { records: readonly Brought[] }) {
  const { t, number } = useWorkbenchTexts();
  const columns: TableColumnsType<Brought> = [
    {
      title: t("records.record_title"),
      key: "title",
      rowScope: "row",
      render: (_, one) => (
        <>
          <Link to={recordAddress(one.code)}>{one.title}</Link>
          <span className="code under">{one.code}</span>
        </>
      ),
    },
    { title: t("register.author"), dataIndex: "author", key: "author", responsive: ["lg"] },
    { title: t("register.date"), dataIndex: "date", key: "date", responsive: ["md"], className: "nowrap" },
    { title: t("register.retention"), dataIndex: "retention", key: "retention", responsive: ["md"] },
    {
      title: t("register.classification"),
      dataIndex: "classification",
      key: "classification",
      responsive: ["lg"],
    },
    {
      title: t("accession.open_status"),
      key: "open_status",
      render: (_, one) => <OpenTag status={one.open_status} />,
    },
    {
      title: t("accessions.files"),
      key: "files",
      align: "end",
      responsive: ["sm"],
      render: (_, one) => number(one.files.length),
    },
  ];
  return (
    <Table
      aria-label={t("accession.records")}
      size="small"
      rowKey="code"
      columns={columns}
      dataSource={records}
      pagination={false}
      expandable={{
        columnTitle: <span className="lt-offscreen">{t("accessions.files")}</span>,
        defaultExpandAllRows: records.length <= FEW,
        rowExpandable: (one) => one.files.length > 0,
        expandedRowRender: (one) => <Files record={one} />,
        expandIcon: ({ expanded, expandable, record, onExpand }) =>
          expandable && (
            <button
              type="button"
              className="unfold"
              aria-expanded={expanded}
              aria-label={t("brought.files_of", { title: record.title })}
              onClick={(event) => onExpand(record, event)}
            >
              {expanded ? "▾" : "▸"}
            </button>
          ),
      }}
    />
  );
}

function Files({ record }: { record: Brought }) {
  const { t, bytes } = useWorkbenchTexts();
  return (
    <ul className="brought-files" aria-label={t("brought.files_of", { title: record.title })}>
      {record.files.map((file) => (
        <li key={file.name}>
          <span className="code">{file.name}</span>
          <span className="quiet">
            {[file.format ?? t("brought.no_format"), file.puid, bytes(file.size)]
              .filter((part) => part !== null)
              .join(" · ")}
          </span>
        </li>
      ))}
    </ul>
  );
}
