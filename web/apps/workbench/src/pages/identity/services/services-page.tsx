import {
  createService,
  disableAccount,
  proposeToken,
  reinstateAccount,
  revokeToken,
  servicesQuery,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Select } from "antd";
import { useDangerous } from "../../../parts/danger";
import { endOf, lastDayBefore } from "../../../parts/days";
import { Facts } from "../../../parts/facts";
import { FormDialog } from "../../../parts/form-dialog";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { ReasonDialog } from "../../../parts/reason-dialog";
import { ScopeFacts } from "../../../parts/scope-facts";
import { ScopeFields, scopeOf, type ScopeFieldsOf } from "../../../parts/scope-fields";
import { SecretShown } from "../../../parts/secret-shown";
import { Tag } from "../../../parts/status-tag";
import { useMay } from "../../../parts/use-may";
import { Waiting } from "../../../parts/waiting";
import { AccountTag } from "../people/persons-panel";

type Service = Schemas["ServiceBody"];
type Token = Schemas["TokenBody"];

/** What programs are given: the actions of the business, and looking after the machine. */
const ACTIONS = [
  "view_entry",
  "view_masked",
  "view_content",
  "view_history",
  "download",
  "describe",
  "receive",
  "file",
  "preserve",
  "view_figures",
  "view_health",
];

/** Programs with accounts, and their tokens. */
export default function ServicesPage() {
  const { t } = useWorkbenchTexts();
  const may = useMay();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(servicesQuery());
  const services = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div aria-busy={isPending}>
      <title>{`${t("services.title")} · ${t("desk.name")}`}</title>
      <div className="page-head">
        <h1>{t("services.title")}</h1>
        {may("manage_accounts") && <NewService />}
      </div>
      <p className="quiet narrow">{t("services.intro")}</p>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && services.length === 0 && (
        <div className="panel empty">
          <p>{t("services.empty")}</p>
          <p className="quiet">{t("services.empty_hint")}</p>
        </div>
      )}
      {services.map((service) => (
        <ServiceCard key={service.account.name} service={service} />
      ))}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </div>
  );
}

function NewService() {
  const { t } = useWorkbenchTexts();
  return (
    <FormDialog<{ name: string; account: string }, unknown> title={t("services.new")} send={createService}>
      <Form.Item
        name="name"
        label={t("services.name")}
        rules={[{ required: true, message: t("people.name_missing") }]}
      >
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <Form.Item
        name="account"
        label={t("people.account_name")}
        rules={[{ required: true, message: t("people.name_missing") }]}
      >
        <Input autoComplete="off" maxLength={64} />
      </Form.Item>
    </FormDialog>
  );
}

function ServiceCard({ service }: { service: Service }) {
  const { t } = useWorkbenchTexts();
  const may = useMay();
  const queries = useQueryClient();
  const dangerous = useDangerous();
  const { account } = service;
  const reinstate = useMutation({
    mutationFn: () => dangerous(() => reinstateAccount(account.name, {})),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["people"] }),
  });
  return (
    <section className="panel" aria-labelledby={`service-${account.name}`}>
      <div className="panel-head">
        <h2 id={`service-${account.name}`}>
          {service.name} <span className="code">{account.name}</span> <AccountTag account={account} />
        </h2>
        <div className="buttons">
          {may("manage_accounts") && account.state !== "disabled" && <NewToken account={account.name} />}
          {may("manage_accounts") && account.state === "disabled" && (
            <Button loading={reinstate.isPending} onClick={() => reinstate.mutate()}>
              {t("people.reinstate")}
            </Button>
          )}
          {may("withdraw_grants") && account.state !== "disabled" && (
            <ReasonDialog
              title={t("people.disable")}
              intro={t("services.disable_note", { name: service.name })}
              send={(reason) => disableAccount(account.name, reason)}
            />
          )}
        </div>
      </div>
      {reinstate.error && (
        <Alert type="error" showIcon title={t("people.failed")} description={reasonOf(reinstate.error, t)} />
      )}
      {service.tokens.length === 0 && <p className="quiet">{t("services.no_tokens")}</p>}
      <ul className="posts">
        {service.tokens.map((token) => (
          <li key={token.id}>
            <TokenCard token={token} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function NewToken({ account }: { account: string }) {
  const { t, label } = useWorkbenchTexts();
  return (
    <FormDialog<ScopeFieldsOf & { label: string; actions: string[]; until: string }, Schemas["SecretBody"]>
      title={t("services.new_token")}
      intro={t("services.new_token_note")}
      send={(fields) =>
        proposeToken(account, {
          label: fields.label,
          scope: scopeOf(fields),
          actions: fields.actions,
          expires_at: endOf(fields.until) ?? "",
        })
      }
      after={(made) => <SecretShown text={made.secret} note={t("services.secret_note")} />}
    >
      <Form.Item
        name="label"
        label={t("services.label")}
        rules={[{ required: true, message: t("people.name_missing") }]}
      >
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <ScopeFields forProgram />
      <Form.Item
        name="actions"
        label={t("services.actions")}
        extra={t("services.actions_hint")}
        rules={[{ required: true, message: t("services.actions_missing") }]}
      >
        <Select
          mode="multiple"
          options={ACTIONS.map((action) => ({ value: action, label: label("action", action) }))}
        />
      </Form.Item>
      <Form.Item
        name="until"
        label={t("people.until")}
        extra={t("services.until_hint")}
        rules={[{ required: true, message: t("services.until_missing") }]}
      >
        <Input type="date" />
      </Form.Item>
    </FormDialog>
  );
}

function TokenTag({ token }: { token: Token }) {
  const { t } = useWorkbenchTexts();
  if (token.state === "proposed") return <Tag tone="warn">{t("holding_state.proposed")}</Tag>;
  if (token.state === "refused") return <Tag tone="bad">{t("holding_state.refused")}</Tag>;
  if (token.state === "ended") return <Tag tone="plain">{t("services.revoked")}</Tag>;
  if (token.is_expired) return <Tag tone="plain">{t("account_state.expired")}</Tag>;
  return <Tag tone="good">{t("services.usable")}</Tag>;
}

function TokenCard({ token }: { token: Token }) {
  const { t, moment } = useWorkbenchTexts();
  const may = useMay();
  const isLive = token.state === "proposed" || token.state === "agreed";
  return (
    <article aria-labelledby={`token-${token.id}`}>
      <h3 id={`token-${token.id}`}>
        {token.label} <TokenTag token={token} />
      </h3>
      <Facts
        facts={[
          [t("people.until"), lastDayBefore(token.expires_at)],
          [t("services.last_used"), token.last_used ? moment(token.last_used) : t("services.never_used")],
          [t("grants.asked_by"), token.proposed_by.name],
          [t("services.settled_by"), token.settled_by?.name],
          [t("people.reason"), token.reason],
        ]}
      />
      <details>
        <summary>{t("people.what_it_allows")}</summary>
        <ScopeFacts scope={token.scope} />
      </details>
      {may("withdraw_grants") && isLive && (
        <div className="buttons">
          <ReasonDialog
            title={t(token.state === "proposed" ? "people.withdraw" : "services.revoke")}
            intro={t("services.revoke_note", { name: token.label })}
            send={(reason) => revokeToken(token.id, reason)}
            button={{ size: "small" }}
          />
        </div>
      )}
    </article>
  );
}
