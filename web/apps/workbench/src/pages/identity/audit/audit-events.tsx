import {
  auditEventQuery,
  auditEventsQuery,
  auditExportAddress,
  type AuditFilter,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Modal, Table, type TableColumnsType } from "antd";
import { useState, type FormEvent } from "react";
import { Facts } from "../../../parts/facts";
import { FailureNotice } from "../../../parts/notices";
import { Tag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";

type Event = Schemas["AuditEventBody"];

const CLASSES = ["read", "download", "change", "sign_in", "sign_out", "refusal", "audit", "system"] as const;
const OUTCOMES = ["success", "failure", "denied"] as const;
const TONES = { success: "good", failure: "warn", denied: "bad" } as const;

interface AuditEventsProps {
  filter: AuditFilter;
  ask: (filter: AuditFilter) => void;
}

/** Searching the trail: conditions, events newest first, one of them in full, and files of what was found. */
export function AuditEvents({ filter, ask }: AuditEventsProps) {
  const { t, label, moment, number } = useWorkbenchTexts();
  const [shown, setShown] = useState<number | null>(null);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(auditEventsQuery(asked(filter)));
  const events = data?.pages.flatMap((page) => page.items) ?? [];
  // the same events again, however many come meanwhile: the file and its proof are about these
  const exported: AuditFilter = { ...asked(filter), last: events[0]?.seq };
  const columns: TableColumnsType<Event> = [
    {
      title: t("audit.seq"),
      key: "seq",
      rowScope: "row",
      render: (_, event) => (
        <button type="button" className="link-button" onClick={() => setShown(event.seq)}>
          {number(event.seq)}
        </button>
      ),
    },
    { title: t("audit.time"), key: "time", render: (_, event) => moment(event.time) },
    {
      title: t("audit.actor"),
      key: "actor",
      render: (_, event) => <span className="wrapped">{event.actor}</span>,
    },
    {
      title: t("audit.class"),
      key: "class",
      responsive: ["md"],
      render: (_, event) => label("audit_class", event.class),
    },
    { title: t("audit.action"), dataIndex: "action", key: "action", responsive: ["lg"] },
    {
      title: t("audit.object"),
      key: "object",
      responsive: ["md"],
      render: (_, event) => (
        <span className="wrapped">
          {event.archival_code ?? event.object}
          {event.count !== null && ` ${t("audit.count", { count: event.count })}`}
        </span>
      ),
    },
    {
      title: t("audit.outcome"),
      key: "outcome",
      render: (_, event) => (
        <Tag tone={TONES[event.outcome as keyof typeof TONES] ?? "warn"}>
          {label("audit_outcome", event.outcome)}
        </Tag>
      ),
    },
  ];
  return (
    <section className="panel" aria-labelledby="events" aria-busy={isPending}>
      <h2 id="events">{t("audit.events")}</h2>
      <Conditions filter={filter} ask={ask} />
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <Table
            aria-label={t("audit.table")}
            size="small"
            rowKey="seq"
            columns={columns}
            dataSource={events}
            pagination={false}
            locale={{
              emptyText: (
                <>
                  {t("audit.empty")} {t("audit.empty_hint")}
                </>
              ),
            }}
          />
          {hasNextPage && (
            <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t("desk.more")}
            </Button>
          )}
          {events.length > 0 && (
            <p className="audit-exports">
              <a href={auditExportAddress(exported, "csv")}>{t("audit.export_csv")}</a>
              <a href={auditExportAddress(exported, "jsonl")}>{t("audit.export_jsonl")}</a>
              <a href={auditExportAddress(exported, "jsonl", true)}>{t("audit.export_proof")}</a>
            </p>
          )}
        </>
      )}
      <Modal
        open={shown !== null}
        title={shown === null ? "" : t("audit.detail", { seq: shown })}
        footer={<Button onClick={() => setShown(null)}>{t("audit.close")}</Button>}
        onCancel={() => setShown(null)}
        destroyOnHidden
      >
        {shown !== null && <Detail seq={shown} go={setShown} />}
      </Modal>
    </section>
  );
}

/** Days are asked for by their first and last moment in the zone of the archives. */
function asked(filter: AuditFilter): AuditFilter {
  const { from, until, ...rest } = filter;
  return {
    ...rest,
    ...(from && { from: `${from}T00:00:00+08:00` }),
    ...(until && { until: new Date(Date.parse(`${until}T00:00:00+08:00`) + 86_400_000).toISOString() }),
  };
}

function Conditions({ filter, ask }: AuditEventsProps) {
  const { t, label } = useWorkbenchTexts();
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    ask({
      actor: text("actor"),
      action: text("action"),
      class: text("class"),
      outcome: text("outcome"),
      object: text("object"),
      fonds: text("fonds"),
      from: text("from"),
      until: text("until"),
    });
  };
  const field = (name: "actor" | "action" | "object" | "fonds", width: string) => (
    <label className={width}>
      <span>{t(`audit.${name}`)}</span>
      <input name={name} defaultValue={filter[name] ?? ""} />
    </label>
  );
  const choice = (name: "class" | "outcome", values: readonly string[]) => (
    <label>
      <span>{t(`audit.${name}`)}</span>
      <select name={name} defaultValue={filter[name] ?? ""}>
        <option value="">{t("audit.any")}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {label(`audit_${name}`, value)}
          </option>
        ))}
      </select>
    </label>
  );
  const day = (name: "from" | "until") => (
    <label>
      <span>{t(`audit.${name}`)}</span>
      <input type="date" name={name} defaultValue={filter[name] ?? ""} />
    </label>
  );
  return (
    <form className="audit-conditions" aria-label={t("audit.filter")} onSubmit={find}>
      {field("actor", "")}
      {choice("class", CLASSES)}
      {choice("outcome", OUTCOMES)}
      {field("object", "wide")}
      {field("fonds", "")}
      {field("action", "")}
      {day("from")}
      {day("until")}
      <Button type="primary" htmlType="submit">
        {t("audit.search")}
      </Button>
      <Button onClick={() => ask({})}>{t("audit.clear")}</Button>
    </form>
  );
}

function Detail({ seq, go }: { seq: number; go: (seq: number) => void }) {
  const { t, label, moment } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(auditEventQuery(seq));
  if (error) return <FailureNotice error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting />;
  const event = data.event;
  const code = (text: string | null) => text && <code className="wrapped">{text}</code>;
  return (
    <>
      <Facts
        facts={[
          [t("audit.time"), moment(event.time)],
          [t("audit.outcome"), label("audit_outcome", event.outcome)],
          [t("audit.class"), label("audit_class", event.class)],
          [t("audit.action"), code(event.action)],
          [t("audit.actor"), code(event.actor)],
          [t("audit.role"), event.role],
          [t("audit.address"), event.source_address],
          [t("audit.session"), code(event.session)],
          [t("audit.object"), code(event.archival_code ?? event.object), true],
          [t("audit.fonds"), event.fonds],
          [t("audit.basis"), event.basis],
          [t("audit.reason"), event.reason],
          [t("audit.before"), code(event.before_digest), true],
          [t("audit.after"), code(event.after_digest), true],
          [t("audit.prev_hash"), code(data.prev_hash), true],
          [t("audit.hash"), code(data.hash), true],
        ]}
      />
      <p>
        <Tag tone={data.is_sound ? "good" : "bad"}>
          {data.is_sound ? t("audit.sound") : t("audit.unsound")}
        </Tag>{" "}
        {data.anchored_at === null ? t("audit.not_anchored") : t("audit.anchored", { seq: data.anchored_at })}
      </p>
      <p className="audit-exports">
        <Button disabled={data.previous === null} onClick={() => data.previous !== null && go(data.previous)}>
          {t("audit.previous")}
        </Button>
        <Button disabled={data.next === null} onClick={() => data.next !== null && go(data.next)}>
          {t("audit.next")}
        </Button>
      </p>
    </>
  );
}
