import { qualityLotsQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { Link } from "react-router";
import { lotAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { QualityTag } from "../../../parts/quality-tags";
import { Tag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";
import { RulesPanel } from "./rules-panel";

type Lot = Schemas["QualityLotBody"];

export default function QualityPage() {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(qualityLotsQuery());
  const lots = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div aria-busy={isPending}>
      <title>{`${t("quality.title")} · ${t("desk.name")}`}</title>
      <div className="page-head">
        <h1>{t("quality.title")}</h1>
        <Link className="primary-link" to="/quality/new">
          {t("quality.new")}
        </Link>
      </div>
      <p className="quiet narrow">{t("quality.intro")}</p>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && lots.length === 0 && (
        <div className="panel empty">
          <p>{t("quality.empty")}</p>
          <p className="quiet">{t("quality.empty_hint")}</p>
        </div>
      )}
      {lots.length > 0 && (
        <div className="panel flush">
          <LotTable lots={lots} />
        </div>
      )}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
      <RulesPanel />
    </div>
  );
}

function LotTable({ lots }: { lots: readonly Lot[] }) {
  const { t, number, moment } = useWorkbenchTexts();
  const columns: TableColumnsType<Lot> = [
    {
      title: t("quality.name"),
      key: "name",
      rowScope: "row",
      render: (_, lot) => <Link to={lotAddress(lot.id)}>{lot.name}</Link>,
    },
    {
      title: t("quality.state"),
      key: "state",
      render: (_, lot) => (
        <span className="tags">
          <QualityTag state={lot.state} />
          {lot.overdue && <Tag tone="bad">{t("quality.overdue")}</Tag>}
        </span>
      ),
    },
    {
      title: t("quality.sample"),
      key: "sample",
      align: "end",
      className: "nowrap",
      render: (_, lot) =>
        t("quality.sample_of", { sample: number(lot.plan.sample_size), lot: number(lot.plan.lot_size) }),
    },
    {
      title: t("quality.mine"),
      key: "mine",
      responsive: ["md"],
      render: (_, lot) => (lot.my_seat ? t(`quality_seat.${lot.my_seat}`) : null),
    },
    {
      title: t("quality.deadline"),
      key: "deadline",
      responsive: ["md"],
      className: "nowrap",
      render: (_, lot) => lot.deadline,
    },
    {
      title: t("quality.created"),
      key: "created",
      responsive: ["lg"],
      render: (_, lot) => (
        <>
          {lot.created_by}
          <span className="under">{moment(lot.created_at)}</span>
        </>
      ),
    },
  ];
  return (
    <Table
      aria-label={t("quality.table")}
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={lots}
      pagination={false}
    />
  );
}
