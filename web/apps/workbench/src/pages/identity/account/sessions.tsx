import { endOtherSessions, endSession, ownSessionsQuery } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";

/** Where one is signed in, and signing out there. */
export function Sessions() {
  const { t, moment } = useWorkbenchTexts();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(ownSessionsQuery());
  const end = useMutation({
    mutationFn: (id: string | null) => (id === null ? endOtherSessions() : endSession(id)),
    onSettled: () => queries.invalidateQueries({ queryKey: ownSessionsQuery().queryKey }),
  });
  if (error) return <FailureNotice error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting />;
  const when = (ms: number) => moment(new Date(ms).toISOString());
  return (
    <>
      {end.error && <Alert type="error" showIcon role="alert" title={reasonOf(end.error, t)} />}
      <ul className="own-list">
        {data.items.map((session) => (
          <li key={session.id}>
            <div>
              <strong>{session.device || t("account.session_unknown")}</strong>
              {session.is_this && <span className="own-this">{t("account.session_this")}</span>}
              <p className="quiet">
                {t("account.session_address")} {session.address || t("account.session_unknown")} ·{" "}
                {t("account.session_since")} {when(session.created_at_ms)} · {t("account.session_seen")}{" "}
                {when(session.last_seen_ms)}
              </p>
            </div>
            {!session.is_this && (
              <Button onClick={() => end.mutate(session.id)} disabled={end.isPending}>
                {t("account.session_end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {data.items.length > 1 && (
        <Button onClick={() => end.mutate(null)} disabled={end.isPending}>
          {t("account.sessions_end")}
        </Button>
      )}
      {end.isSuccess && (
        <p role="status" className="quiet">
          {t("account.session_ended")}
        </p>
      )}
    </>
  );
}
