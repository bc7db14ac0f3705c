import { recordEventsQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { Table, type TableColumnsType } from "antd";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";

type EventBody = Schemas["EventBody"];

export function Events({ code }: { code: string }) {
  const { t, moment, label, number } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(recordEventsQuery(code));
  const columns: TableColumnsType<EventBody> = [
    { title: t("record.event_at"), key: "at", render: (_, event) => moment(event.at) },
    {
      title: t("record.event"),
      key: "event",
      rowScope: "row",
      render: (_, event) => label("event", event.event),
    },
    {
      title: t("record.event_outcome"),
      key: "outcome",
      render: (_, event) => label("event_outcome", event.outcome),
    },
    { title: t("record.event_actor"), dataIndex: "actor", key: "actor", responsive: ["md"] },
    {
      title: t("record.event_journal"),
      key: "journal",
      align: "end",
      responsive: ["md"],
      render: (_, event) => (event.journal_index === null ? null : number(event.journal_index)),
    },
    { title: t("record.event_detail"), dataIndex: "detail", key: "detail", responsive: ["lg"] },
  ];
  return (
    <section className="panel" aria-labelledby="events" aria-busy={isPending}>
      <h2 id="events">{t("record.events")}</h2>
      {isPending && <Waiting rows={3} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <Table
          aria-label={t("record.events")}
          size="small"
          rowKey={(event) => `${event.at} ${event.event} ${event.journal_index ?? ""}`}
          columns={columns}
          dataSource={data.items}
          pagination={false}
          locale={{ emptyText: t("record.no_events") }}
        />
      )}
    </section>
  );
}
