import {
  accountQuery,
  linkProvider,
  newRecoveryCodes,
  removePasskey,
  removeTotp,
  unlinkProvider,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { useDangerous } from "../../../parts/danger";
import { reasonOf } from "../../../parts/notices";
import { NewPasskey } from "./new-passkey";
import { NewTotp } from "./new-totp";
import { RecoveryCodes } from "./recovery-codes";

interface FactorsProps {
  account: Schemas["OwnAccountBody"];
  provider: string | null;
}

/** Second factors of one's own, recovery codes, and the link to another provider. */
export function Factors({ account, provider }: FactorsProps) {
  const { t, moment } = useWorkbenchTexts();
  const queries = useQueryClient();
  const dangerous = useDangerous();
  const [enrolling, setEnrolling] = useState(false);
  const [codes, setCodes] = useState<string[] | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: accountQuery().queryKey });
  const act = useMutation({
    mutationFn: (change: () => Promise<unknown>) => dangerous(change),
    onSettled: refresh,
  });
  const renew = useMutation({
    mutationFn: () => dangerous(newRecoveryCodes),
    onSuccess: (given) => setCodes(given.codes),
    onSettled: refresh,
  });
  const link = useMutation({
    mutationFn: () => dangerous(linkProvider),
    onSuccess: ({ address }) => window.location.assign(address),
  });
  const enrolled = (given: string[]) => {
    setEnrolling(false);
    if (given.length > 0) setCodes(given);
    void refresh();
  };
  const when = (ms: number) => moment(new Date(ms).toISOString());
  const error = act.error ?? renew.error ?? link.error;
  const hasFactor = account.totp_since_ms !== null || account.passkeys.length > 0;
  return (
    <>
      {error && (
        <Alert type="error" showIcon role="alert" className="sign-in-error" title={reasonOf(error, t)} />
      )}
      {codes && (
        <RecoveryCodes
          codes={codes}
          kept={() => {
            setCodes(null);
          }}
        />
      )}
      <section className="own-part" aria-labelledby="own-totp">
        <h3 id="own-totp">{t("account.totp")}</h3>
        <p>
          {account.totp_since_ms === null
            ? t("account.totp_none")
            : t("account.totp_since", { when: when(account.totp_since_ms) })}
        </p>
        {enrolling ? (
          <NewTotp done={enrolled} />
        ) : (
          <div className="row-of-buttons">
            <Button onClick={() => setEnrolling(true)}>
              {account.totp_since_ms === null ? t("account.totp_add") : t("account.totp_replace")}
            </Button>
            {account.totp_since_ms !== null && (
              <Button danger onClick={() => act.mutate(removeTotp)}>
                {t("account.totp_remove")}
              </Button>
            )}
          </div>
        )}
      </section>
      <section className="own-part" aria-labelledby="own-passkeys">
        <h3 id="own-passkeys">{t("account.passkeys")}</h3>
        {account.passkeys.length === 0 && <p>{t("account.passkeys_none")}</p>}
        <ul className="own-list">
          {account.passkeys.map((passkey) => (
            <li key={passkey.id}>
              <div>
                <strong>{passkey.label || t("account.unnamed")}</strong>
                <p className="quiet">
                  {t("account.passkey_created", { when: when(passkey.created_at_ms) })} ·{" "}
                  {passkey.last_used_at_ms === null
                    ? t("account.passkey_never")
                    : t("account.passkey_used", { when: when(passkey.last_used_at_ms) })}
                </p>
              </div>
              <Button
                danger
                aria-label={t("account.passkey_remove", { label: passkey.label })}
                onClick={() => act.mutate(() => removePasskey(passkey.id))}
              >
                {t("account.remove")}
              </Button>
            </li>
          ))}
        </ul>
        <NewPasskey done={enrolled} />
      </section>
      <section className="own-part" aria-labelledby="own-codes">
        <h3 id="own-codes">{t("account.codes")}</h3>
        <p>
          {account.recovery_codes > 0
            ? t("account.codes_left", { count: account.recovery_codes })
            : t("account.codes_none")}
        </p>
        {hasFactor && (
          <Button onClick={() => renew.mutate()} loading={renew.isPending}>
            {t("account.codes_new")}
          </Button>
        )}
      </section>
      {provider !== null && (
        <section className="own-part" aria-labelledby="own-provider">
          <h3 id="own-provider">{t("account.provider")}</h3>
          <p>
            {account.provider_since_ms === null
              ? t("account.provider_none", { name: provider })
              : t("account.provider_since", { name: provider, when: when(account.provider_since_ms) })}
          </p>
          {account.provider_since_ms === null ? (
            <Button onClick={() => link.mutate()} loading={link.isPending}>
              {t("account.provider_link", { name: provider })}
            </Button>
          ) : (
            <Button onClick={() => act.mutate(unlinkProvider)}>{t("account.provider_unlink")}</Button>
          )}
        </section>
      )}
    </>
  );
}
