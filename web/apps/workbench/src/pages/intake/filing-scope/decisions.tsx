import { filingDecisionsQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Checkbox, Table, type TableColumnsType } from "antd";
import { useState } from "react";
import { FailureNotice } from "../../../parts/notices";
import { Tag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";

type Decision = Schemas["FilingDecisionBody"];

/** What persons decided, and where they decided against the table. */
export function Decisions() {
  const { t, moment } = useWorkbenchTexts();
  const [overridden, setOverridden] = useState(false);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(filingDecisionsQuery(overridden));
  const decisions = data?.pages.flatMap((page) => page.items) ?? [];
  const columns: TableColumnsType<Decision> = [
    {
      title: t("filing.document"),
      key: "document",
      rowScope: "row",
      render: (_, one) => (
        <>
          {one.document.title}
          {one.reason !== null && <span className="under">{one.reason}</span>}
        </>
      ),
    },
    {
      title: t("filing.decided_as"),
      key: "decided",
      render: (_, one) => (
        <>
          <span className="code">{one.decided.item_no}</span>{" "}
          {one.decided.filed ? one.decided.retention_label : t("filing.not_filed")}
          {one.overridden && (
            <span className="under">
              <Tag tone="warn">{t("filing.overridden")}</Tag>
            </span>
          )}
        </>
      ),
    },
    { title: t("filing.by"), dataIndex: "by", key: "by", responsive: ["md"] },
    { title: t("filing.at"), key: "at", responsive: ["md"], render: (_, one) => moment(one.at) },
  ];
  return (
    <section className="panel" aria-labelledby="decisions">
      <div className="panel-head">
        <h2 id="decisions">{t("filing.decisions")}</h2>
        <Checkbox checked={overridden} onChange={(event) => setOverridden(event.target.checked)}>
          {t("filing.only_overridden")}
        </Checkbox>
      </div>
      {isPending && <Waiting rows={3} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <Table
          aria-label={t("filing.decisions")}
          size="small"
          rowKey="id"
          columns={columns}
          dataSource={decisions}
          pagination={false}
          locale={{ emptyText: t("filing.no_decisions") }}
        />
      )}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </section>
  );
}
