import { filingSheetAddress, filingTableQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Select, Table, type TableColumnsType } from "antd";
import { useMemo, useState } from "react";
import { Facts } from "../../../parts/facts";
import { FailureNotice } from "../../../parts/notices";
import { Tag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";
import { ImportTable } from "./import-table";

type Row = Schemas["FilingRowBody"];
type Summary = Schemas["FilingTableSummaryBody"];

/** The tables in force: who approved them, for whom and when they hold, and every row. */
export function TableBrowser({ tables }: { tables: readonly Summary[] }) {
  const { t, language } = useWorkbenchTexts();
  const [chosen, setChosen] = useState<string | null>(null);
  const [importing, setImporting] = useState(false);
  const [imported, setImported] = useState<string | null>(null);
  const table = tables.find((one) => one.name === chosen) ?? tables[0];
  const titleOf = (one: Summary) => (language === "en" && one.english !== "" ? one.english : one.title);
  const end = (name: string | null) => {
    setImporting(false);
    setImported(name);
    if (name !== null) setChosen(name);
  };
  if (!table) return null;
  return (
    <section className="panel" aria-labelledby="tables">
      <div className="panel-head">
        <h2 id="tables">{t("filing.tables")}</h2>
        <div className="page-head-side">
          <a href={filingSheetAddress(table.name)} download={`${table.name}.csv`}>
            {t("filing.download")}
          </a>
          <Button onClick={() => setImporting(true)}>{t("filing.import")}</Button>
        </div>
      </div>
      {importing && <ImportTable table={table} close={end} />}
      {imported !== null && (
        <Alert role="status" type="success" showIcon title={t("filing.imported", { name: imported })} />
      )}
      <Select
        aria-label={t("filing.table")}
        value={table.name}
        onChange={setChosen}
        options={tables.map((one) => ({ value: one.name, label: `${titleOf(one)} (${one.name})` }))}
      />
      <Facts
        facts={[
          [
            t("filing.valid"),
            table.valid_to === null
              ? t("filing.valid_from", { from: table.valid_from })
              : t("filing.valid_span", { from: table.valid_from, to: table.valid_to }),
          ],
          [t("filing.fonds"), table.fonds.join(" · ") || t("filing.all_fonds")],
          [t("filing.approved"), `${table.approved_by} ${table.approval_number}`.trim()],
        ]}
      />
      <Rows key={table.name} name={table.name} />
    </section>
  );
}

function Rows({ name }: { name: string }) {
  const { t, label, language } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(filingTableQuery(name));
  const [wanted, setWanted] = useState("");
  const rows = useMemo(() => {
    const words = wanted.trim().toLowerCase();
    const has = (row: Row) =>
      [row.item_no, row.item_text, row.class_path, row.responsible_unit, ...row.fires_on].some((text) =>
        text?.toLowerCase().includes(words),
      );
    return words === "" ? (data?.rows ?? []) : (data?.rows.filter(has) ?? []);
  }, [data, wanted]);
  const className = (path: string) => {
    const found = data?.classes.find((one) => one.path === path);
    if (!found) return path;
    return language === "en" && found.english !== "" ? found.english : found.name;
  };
  const told = (word: string) =>
    word.startsWith("≠")
      ? t("filing.without", { word: word.slice(1) })
      : label("filing_fact", word, label("filing_direction", word, word));
  const columns: TableColumnsType<Row> = [
    {
      title: t("filing.item"),
      key: "item",
      rowScope: "row",
      render: (_, row) => (
        <>
          <span className="code">{row.item_no}</span> {row.item_text}
          {row.conditions !== null && <span className="under">{row.conditions}</span>}
        </>
      ),
    },
    {
      title: t("filing.retention"),
      key: "retention",
      className: "nowrap",
      render: (_, row) => (row.filed ? row.retention_label : <Tag tone="plain">{t("filing.not_filed")}</Tag>),
    },
    {
      title: t("filing.class"),
      key: "class",
      responsive: ["md"],
      render: (_, row) =>
        row.class_path && (
          <>
            {className(row.class_path)} <span className="code under">{row.class_path}</span>
          </>
        ),
    },
    {
      title: t("filing.unit"),
      dataIndex: "responsible_unit",
      key: "unit",
      responsive: ["lg"],
      className: "nowrap",
    },
    {
      title: t("filing.fires_on"),
      key: "fires_on",
      responsive: ["lg"],
      render: (_, row) => <span className="quiet">{row.fires_on.map(told).join(" · ")}</span>,
    },
  ];
  return (
    <>
      {isPending && <Waiting rows={4} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <Input.Search
            aria-label={t("filing.search")}
            placeholder={t("filing.search")}
            allowClear
            className="narrow"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          <Table
            aria-label={t("filing.table")}
            size="small"
            rowKey="item_no"
            columns={columns}
            dataSource={rows}
            pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
            locale={{ emptyText: t("filing.no_rows") }}
          />
        </>
      )}
    </>
  );
}
