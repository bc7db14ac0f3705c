import { auditDaysQuery, verifyAuditTrail, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Table, type TableColumnsType } from "antd";
import { FailureNotice } from "../../../parts/notices";

const DAYS = 30;

/** Whether the chain is whole, when somebody asks. */
export function Chain() {
  const { t } = useWorkbenchTexts();
  const verify = useMutation({ mutationFn: verifyAuditTrail });
  const report = verify.data;
  return (
    <section className="panel" aria-labelledby="chain" aria-busy={verify.isPending}>
      <div className="panel-head">
        <h2 id="chain">{t("audit.chain")}</h2>
        <Button loading={verify.isPending} onClick={() => verify.mutate()}>
          {t("audit.verify")}
        </Button>
      </div>
      <div role="status">
        {report?.ok && (
          <Alert
            type="success"
            showIcon
            title={t("audit.verified", { count: report.events, anchors: report.anchors })}
          />
        )}
        {report && !report.ok && (
          <Alert
            type="error"
            showIcon
            title={t("audit.damaged")}
            description={
              <ul>
                {report.problems.map((problem) => (
                  <li key={`${problem.kind} ${problem.seq}`}>
                    {t("audit.damage", { seq: problem.seq, kind: problem.kind })}
                  </li>
                ))}
              </ul>
            }
          />
        )}
      </div>
      {verify.error && <FailureNotice error={verify.error} retry={() => verify.mutate()} />}
    </section>
  );
}

interface Day {
  day: string;
  total: number;
  denied: number;
  failure: number;
}

/** How many events each day, and how many of them were refused or failed. */
export function Days() {
  const { t, number } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(auditDaysQuery(DAYS));
  const columns: TableColumnsType<Day> = [
    { title: t("audit.day"), dataIndex: "day", key: "day", rowScope: "row" },
    { title: t("audit.total"), key: "total", align: "end", render: (_, day) => number(day.total) },
    { title: t("audit.refused"), key: "denied", align: "end", render: (_, day) => number(day.denied) },
    { title: t("audit.failed"), key: "failure", align: "end", render: (_, day) => number(day.failure) },
  ];
  return (
    <section className="panel" aria-labelledby="days" aria-busy={isPending}>
      <h2 id="days">{t("audit.days")}</h2>
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && (
        <Table
          aria-label={t("audit.days_table")}
          size="small"
          rowKey="day"
          columns={columns}
          dataSource={byDay(data.items)}
          pagination={false}
          locale={{ emptyText: t("audit.empty") }}
        />
      )}
    </section>
  );
}

function byDay(counts: readonly Schemas["AuditDayBody"][]): Day[] {
  const days = new Map<string, Day>();
  for (const { day, outcome, events } of counts) {
    const one = days.get(day) ?? { day, total: 0, denied: 0, failure: 0 };
    one.total += events;
    if (outcome === "denied" || outcome === "failure") one[outcome] += events;
    days.set(day, one);
  }
  return [...days.values()].reverse();
}
