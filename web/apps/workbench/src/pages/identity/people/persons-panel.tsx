import {
  createAccount,
  disableAccount,
  enterPerson,
  personsQuery,
  reinstateAccount,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Form, Input, Table, type TableColumnsType } from "antd";
import { endOf } from "../../../parts/days";
import { FormDialog } from "../../../parts/form-dialog";
import { FailureNotice } from "../../../parts/notices";
import { ReasonDialog } from "../../../parts/reason-dialog";
import { SecretShown } from "../../../parts/secret-shown";
import { Tag } from "../../../parts/status-tag";
import { useMay } from "../../../parts/use-may";
import { Waiting } from "../../../parts/waiting";
import { HoldingTag, useTerm } from "./posts-panel";

type Person = Schemas["PersonBody"];
type Account = Schemas["AccountBody"];

/** The members of an institution, with accounts and posts. */
export function PersonsPanel({ institution }: { institution: Schemas["InstitutionBody"] }) {
  const { t } = useWorkbenchTexts();
  const may = useMay();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(personsQuery(institution.id, ""));
  const persons = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="panel" aria-labelledby="persons" aria-busy={isPending}>
      <div className="panel-head">
        <h2 id="persons">{t("people.persons_of", { name: institution.name })}</h2>
        {may("manage_accounts") && (
          <FormDialog<{ name: string }, unknown>
            title={t("people.new_person")}
            send={({ name }) => enterPerson({ name, institution: institution.id })}
          >
            <Form.Item
              name="name"
              label={t("people.person_name")}
              rules={[{ required: true, message: t("people.name_missing") }]}
            >
              <Input autoComplete="off" maxLength={100} />
            </Form.Item>
          </FormDialog>
        )}
      </div>
      {isPending && <Waiting rows={4} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && persons.length === 0 && <p className="quiet">{t("people.no_persons")}</p>}
      {persons.length > 0 && <PersonTable persons={persons} />}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </section>
  );
}

function PersonTable({ persons }: { persons: Person[] }) {
  const { t } = useWorkbenchTexts();
  const columns: TableColumnsType<Person> = [
    {
      title: t("people.person_name"),
      key: "name",
      rowScope: "row",
      render: (_, person) => (
        <>
          {person.name}
          {person.is_self && <span className="under">{t("people.yourself")}</span>}
        </>
      ),
    },
    {
      title: t("people.account"),
      key: "account",
      render: (_, person) => (
        <>
          {person.account && (
            <span className="tags">
              {person.account.name} <AccountTag account={person.account} />
            </span>
          )}
          <AccountButtons person={person} />
        </>
      ),
    },
    {
      title: t("people.held_posts"),
      key: "posts",
      responsive: ["md"],
      render: (_, person) => <Posts person={person} />,
    },
  ];
  return (
    <Table
      aria-label={t("people.persons_table")}
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={persons}
      pagination={false}
    />
  );
}

function Posts({ person }: { person: Person }) {
  const term = useTerm();
  return (
    <ul className="plain-list">
      {person.holdings.map((holding) => (
        <li key={holding.id}>
          {holding.post_name} <HoldingTag holding={holding} /> <span className="quiet">{term(holding)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Where an account stands, as a word. */
export function AccountTag({ account }: { account: Account }) {
  const { t } = useWorkbenchTexts();
  if (account.state === "disabled") return <Tag tone="bad">{t("account_state.disabled")}</Tag>;
  if (account.state === "inactive") return <Tag tone="warn">{t("account_state.inactive")}</Tag>;
  if (account.is_expired) return <Tag tone="bad">{t("account_state.expired")}</Tag>;
  return <Tag tone="good">{t("account_state.active")}</Tag>;
}

function AccountButtons({ person }: { person: Person }) {
  const { t } = useWorkbenchTexts();
  const may = useMay();
  const { account } = person;
  // nobody decides on themselves
  if (person.is_self) return null;
  const shown = (answer: Schemas["FirstPasswordBody"]) => (
    <SecretShown text={answer.password ?? ""} note={t("people.first_password", { name: person.name })} />
  );
  return (
    <span className="buttons">
      {may("manage_accounts") && !account && (
        <FormDialog<{ name: string; until?: string }, Schemas["FirstPasswordBody"]>
          title={t("people.new_account")}
          intro={t("people.new_account_note")}
          initial={{ name: person.name }}
          send={({ name, until }) => createAccount({ name, person: person.id, expires_at: endOf(until) })}
          after={shown}
          button={{ size: "small" }}
        >
          <Form.Item
            name="name"
            label={t("people.account_name")}
            rules={[{ required: true, message: t("people.name_missing") }]}
          >
            <Input autoComplete="off" maxLength={64} />
          </Form.Item>
          <UntilField />
        </FormDialog>
      )}
      {may("manage_accounts") && account && account.state !== "inactive" && (
        <FormDialog<{ until?: string }, Schemas["FirstPasswordBody"]>
          title={t(account.state === "disabled" ? "people.reinstate" : "people.new_password")}
          intro={t("people.reinstate_note")}
          send={({ until }) => reinstateAccount(account.name, { expires_at: endOf(until) })}
          after={shown}
          button={{ size: "small" }}
        >
          <UntilField />
        </FormDialog>
      )}
      {may("withdraw_grants") && account && account.state !== "disabled" && (
        <ReasonDialog
          title={t("people.disable")}
          intro={t("people.disable_note", { name: account.name })}
          send={(reason) => disableAccount(account.name, reason)}
          button={{ size: "small" }}
        />
      )}
    </span>
  );
}

function UntilField() {
  const { t } = useWorkbenchTexts();
  return (
    <Form.Item name="until" label={t("people.until")} extra={t("people.account_until_hint")}>
      <Input type="date" />
    </Form.Item>
  );
}
