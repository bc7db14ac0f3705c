import { acknowledgeAlert, alertsQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert as Notice, Button, Checkbox, Input } from "antd";
import { useId, useState } from "react";
import { FailureNotice } from "../../../parts/notices";
import { Tag } from "../../../parts/status-tag";

interface AlertsProps {
  /** Shows the events from one number to another; not there for whoever may not read them. */
  show?: (first: number, last: number) => void;
}

/** Patterns that somebody should look at, newest first. */
export function Alerts({ show }: AlertsProps) {
  const { t } = useWorkbenchTexts();
  const [open, setOpen] = useState(true);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(alertsQuery(open));
  const alerts = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="panel" aria-labelledby="alerts" aria-busy={isPending}>
      <div className="panel-head">
        <h2 id="alerts">{t("alerts.title")}</h2>
        <Checkbox checked={open} onChange={(event) => setOpen(event.target.checked)}>
          {t("alerts.open_only")}
        </Checkbox>
      </div>
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && alerts.length === 0 && <p className="quiet">{t("alerts.none")}</p>}
      {alerts.length > 0 && (
        <ul className="findings">
          {alerts.map((alert) => (
            <li key={alert.id}>
              <One alert={alert} {...(show && { show })} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </section>
  );
}

function One({ alert, show }: { alert: Schemas["AlertBody"] } & AlertsProps) {
  const { t, language, moment } = useWorkbenchTexts();
  const queries = useQueryClient();
  const id = useId();
  const [reason, setReason] = useState("");
  const acknowledge = useMutation({
    mutationFn: () => acknowledgeAlert(alert.id, { reason }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["audit"] }),
  });
  return (
    <>
      <p className="finding-head">
        <Tag tone={alert.acknowledged_by ? "good" : "bad"}>{moment(alert.last_at)}</Tag>
        <strong>{language === "en" ? alert.en : alert.zh}</strong>
      </p>
      <p>
        {t("alerts.about", { subject: alert.subject, count: alert.events })}{" "}
        {alert.fonds && t("alerts.fonds", { fonds: alert.fonds })}{" "}
        {show && (
          <Button size="small" onClick={() => show(alert.first_seq, alert.last_seq)}>
            {t("alerts.show")}
          </Button>
        )}
      </p>
      {alert.acknowledged_by ? (
        <p className="quiet">
          {t("alerts.acknowledged", { name: alert.acknowledged_by, reason: alert.reason ?? "" })}
        </p>
      ) : (
        <form
          className="audit-acknowledge"
          onSubmit={(event) => {
            event.preventDefault();
            acknowledge.mutate();
          }}
        >
          <label htmlFor={id}>{t("alerts.reason")}</label>
          <Input id={id} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
          <Button htmlType="submit" disabled={reason.trim() === ""} loading={acknowledge.isPending}>
            {t("alerts.acknowledge")}
          </Button>
        </form>
      )}
      {acknowledge.error && <Notice type="error" showIcon title={t("alerts.failed")} />}
    </>
  );
}
