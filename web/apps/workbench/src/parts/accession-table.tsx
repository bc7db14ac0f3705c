import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Table, type TableColumnsType } from "antd";
import { Link } from "react-router";
import { accessionAddress } from "./addresses";
import { StateTag, Tag } from "./status-tag";

type Accession = Schemas["AccessionSummaryBody"];

export function AccessionTable({ accessions }: { accessions: readonly Accession[] }) {
  const { t, number, bytes, moment } = useWorkbenchTexts();
  const columns: TableColumnsType<Accession> = [
    {
      title: t("accessions.name"),
      key: "name",
      rowScope: "row",
      render: (_, one) => <Link to={accessionAddress(one.id)}>{one.name}</Link>,
    },
    { title: t("accessions.state"), key: "state", render: (_, one) => <StateTag state={one.state} /> },
    { title: t("accessions.findings"), key: "findings", render: (_, one) => <Findings accession={one} /> },
    { title: t("accessions.fonds"), dataIndex: "fonds", key: "fonds", responsive: ["md"] },
    {
      title: t("accessions.items"),
      key: "items",
      align: "end",
      responsive: ["md"],
      render: (_, one) => number(one.items),
    },
    {
      title: t("accessions.files"),
      key: "files",
      align: "end",
      responsive: ["lg"],
      render: (_, one) => number(one.files),
    },
    {
      title: t("accessions.bytes"),
      key: "bytes",
      align: "end",
      responsive: ["md"],
      render: (_, one) => bytes(one.bytes),
    },
    {
      title: t("accessions.received_at"),
      key: "received_at",
      responsive: ["md"],
      render: (_, one) => moment(one.received_at),
    },
    { title: t("accessions.received_by"), dataIndex: "received_by", key: "received_by", responsive: ["lg"] },
  ];
  return (
    <Table
      aria-label={t("accessions.table")}
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={accessions}
      pagination={false}
      locale={{ emptyText: t("accessions.empty") }}
    />
  );
}

function Findings({ accession }: { accession: Accession }) {
  const { t } = useWorkbenchTexts();
  if (accession.state === "receiving" || accession.state === "checking") return null;
  if (accession.blockers > 0)
    return <Tag tone="bad">{t("accessions.blockers", { count: accession.blockers })}</Tag>;
  if (accession.warnings > 0)
    return <Tag tone="warn">{t("accessions.warnings", { count: accession.warnings })}</Tag>;
  return accession.state === "accepted" ? <span className="quiet">{t("accessions.clean")}</span> : null;
}
