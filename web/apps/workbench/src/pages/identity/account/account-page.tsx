import { accountQuery, sessionQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert } from "antd";
import { useState } from "react";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";
import { Factors } from "./factors";
import { PasswordForm } from "./password-form";
import { Sessions } from "./sessions";

/** One's own account: how one proves who one is, and where one is signed in. */
export default function AccountPage() {
  const { t } = useWorkbenchTexts();
  const { data: session } = useQuery(sessionQuery());
  const { data: account, error, refetch } = useQuery(accountQuery());
  return (
    <>
      <title>{t("account.title")}</title>
      <div className="page-head">
        <h1>{t("account.title")}</h1>
      </div>
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {!account && !error && <Waiting />}
      {account && (
        <div className="own-account">
          <Password account={account} />
          <section aria-labelledby="own-factors">
            <h2 id="own-factors">{t("account.factors")}</h2>
            <p>{t("account.factors_text")}</p>
            {account.second_factor_demanded && <p>{t("account.factors_demanded")}</p>}
            <Factors account={account} provider={session?.provider ?? null} />
          </section>
          <section aria-labelledby="own-sessions">
            <h2 id="own-sessions">{t("account.sessions")}</h2>
            <p>{t("account.sessions_text")}</p>
            <Sessions />
          </section>
        </div>
      )}
    </>
  );
}

function Password({ account }: { account: Schemas["OwnAccountBody"] }) {
  const { t, moment } = useWorkbenchTexts();
  const queries = useQueryClient();
  const [changed, setChanged] = useState(false);
  const when = (ms: number) => moment(new Date(ms).toISOString());
  const { password_changed_at_ms: since, password_until_ms: until } = account;
  const done = (session: Schemas["SessionBody"]) => {
    queries.setQueryData(sessionQuery().queryKey, session);
    setChanged(true);
    void queries.invalidateQueries({ queryKey: accountQuery().queryKey });
  };
  return (
    <section aria-labelledby="own-password">
      <h2 id="own-password">{t("account.password")}</h2>
      <p>
        {since !== null && `${t("account.password_since", { when: when(since) })} · `}
        {until === null ? t("account.password_forever") : t("account.password_until", { when: when(until) })}
      </p>
      {changed && <Alert type="success" showIcon role="status" title={t("account.password_changed")} />}
      <PasswordForm account={account.name} asksOld done={done} />
    </section>
  );
}
