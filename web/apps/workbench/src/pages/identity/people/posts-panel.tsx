import {
  closePost,
  endHolding,
  handOverPost,
  makePost,
  postsQuery,
  proposeHolding,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Popconfirm } from "antd";
import { beginningOf, dayAt, endOf, lastDayBefore } from "../../../parts/days";
import { FormDialog } from "../../../parts/form-dialog";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { ReasonDialog } from "../../../parts/reason-dialog";
import { ScopeFacts } from "../../../parts/scope-facts";
import { ScopeFields, scopeOf, type ScopeFieldsOf } from "../../../parts/scope-fields";
import { Tag } from "../../../parts/status-tag";
import { useMay } from "../../../parts/use-may";
import { Waiting } from "../../../parts/waiting";
import { PersonField } from "./person-field";

type Post = Schemas["PostBody"];
type Holding = Schemas["HoldingBody"];

interface TermFields {
  person: string;
  from?: string;
  until?: string;
}

const termOf = (fields: TermFields) => ({
  person: fields.person,
  from: beginningOf(fields.from),
  until: endOf(fields.until),
});

/** The posts of an institution, with who holds them and who is to hold them. */
export function PostsPanel({ institution }: { institution: Schemas["InstitutionBody"] }) {
  const { t } = useWorkbenchTexts();
  const may = useMay();
  const { data: posts, error, isPending, refetch } = useQuery(postsQuery(institution.id));
  return (
    <section className="panel" aria-labelledby="posts" aria-busy={isPending}>
      <div className="panel-head">
        <h2 id="posts">{t("people.posts_of", { name: institution.name })}</h2>
        {may("manage_accounts") && <NewPost institution={institution.id} />}
      </div>
      {isPending && <Waiting rows={4} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {posts?.length === 0 && <p className="quiet">{t("people.no_posts")}</p>}
      <ul className="posts">
        {posts?.map((post) => (
          <li key={post.id}>
            <PostCard post={post} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function NewPost({ institution }: { institution: string }) {
  const { t } = useWorkbenchTexts();
  return (
    <FormDialog<ScopeFieldsOf & { name: string }, unknown>
      title={t("people.new_post")}
      intro={t("people.new_post_note")}
      send={(fields) => makePost({ institution, name: fields.name, scope: scopeOf(fields) })}
    >
      <Form.Item
        name="name"
        label={t("people.post_name")}
        rules={[{ required: true, message: t("people.name_missing") }]}
      >
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <ScopeFields />
    </FormDialog>
  );
}

function PostCard({ post }: { post: Post }) {
  const { t, label } = useWorkbenchTexts();
  const may = useMay();
  const queries = useQueryClient();
  const close = useMutation({
    mutationFn: () => closePost(post.id),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["people"] }),
  });
  return (
    <article aria-labelledby={`post-${post.id}`}>
      <h3 id={`post-${post.id}`}>
        {post.name} <span className="quiet">{label("role", post.scope.role)}</span>
      </h3>
      <details>
        <summary>{t("people.what_it_allows")}</summary>
        <ScopeFacts scope={post.scope} />
      </details>
      {post.holdings.length === 0 ? (
        <p className="quiet">{t("people.vacant")}</p>
      ) : (
        <ul className="holders">
          {post.holdings.map((holding) => (
            <li key={holding.id}>
              <Holder holding={holding} />
            </li>
          ))}
        </ul>
      )}
      {close.error && (
        <Alert type="error" showIcon title={t("people.failed")} description={reasonOf(close.error, t)} />
      )}
      {may("manage_accounts") && (
        <div className="buttons">
          <Propose post={post} />
          {post.holdings.length === 0 && (
            <Popconfirm
              title={t("people.close_post")}
              description={t("people.close_post_note")}
              okText={t("people.close_post")}
              cancelText={t("accession.cancel")}
              onConfirm={() => close.mutate()}
            >
              <Button size="small" loading={close.isPending}>
                {t("people.close_post")}
              </Button>
            </Popconfirm>
          )}
        </div>
      )}
    </article>
  );
}

function Holder({ holding }: { holding: Holding }) {
  const { t } = useWorkbenchTexts();
  const may = useMay();
  const term = useTerm();
  return (
    <>
      <span className="holder">
        <strong>{holding.person.name}</strong> <HoldingTag holding={holding} />{" "}
        <span className="quiet">{term(holding)}</span>
        {holding.origin !== "proposal" && <span className="quiet"> · {t("people.from_the_beginning")}</span>}
      </span>
      <span className="buttons">
        {may("manage_accounts") && holding.state === "agreed" && <HandOver holding={holding} />}
        {may("withdraw_grants") && (
          <ReasonDialog
            title={t(holding.state === "proposed" ? "people.withdraw" : "people.end")}
            intro={t("people.end_note", { name: holding.person.name, post: holding.post_name })}
            send={(reason) => endHolding(holding.id, reason)}
            button={{ size: "small" }}
          />
        )}
      </span>
    </>
  );
}

/** Where a holding stands, as a word. */
export function HoldingTag({ holding }: { holding: Holding }) {
  const { t } = useWorkbenchTexts();
  if (holding.state === "proposed") return <Tag tone="warn">{t("holding_state.proposed")}</Tag>;
  if (holding.state === "refused") return <Tag tone="bad">{t("holding_state.refused")}</Tag>;
  if (holding.state === "ended") return <Tag tone="plain">{t("holding_state.ended")}</Tag>;
  if (holding.is_effective) return <Tag tone="good">{t("holding_state.holds")}</Tag>;
  const isOver = holding.until !== null && new Date(holding.until) <= new Date();
  return <Tag tone="plain">{t(isOver ? "holding_state.over" : "holding_state.later")}</Tag>;
}

/** From when until when, in words. */
export function useTerm(): (holding: Pick<Holding, "from" | "until">) => string {
  const { t } = useWorkbenchTexts();
  return ({ from, until }) =>
    until === null
      ? t("people.since", { from: dayAt(from) })
      : t("people.term", { from: dayAt(from), until: lastDayBefore(until) });
}

function Propose({ post }: { post: Post }) {
  const { t } = useWorkbenchTexts();
  return (
    <FormDialog<TermFields, unknown>
      title={t("people.propose")}
      intro={t("people.propose_note", { post: post.name })}
      send={(fields) => proposeHolding({ post: post.id, ...termOf(fields) })}
      button={{ size: "small" }}
    >
      <TermFieldsOf />
    </FormDialog>
  );
}

function HandOver({ holding }: { holding: Holding }) {
  const { t } = useWorkbenchTexts();
  return (
    <FormDialog<TermFields, unknown>
      title={t("people.hand_over")}
      intro={t("people.hand_over_note", { name: holding.person.name, post: holding.post_name })}
      send={(fields) => handOverPost(holding.id, termOf(fields))}
      button={{ size: "small" }}
    >
      <TermFieldsOf />
    </FormDialog>
  );
}

function TermFieldsOf() {
  const { t } = useWorkbenchTexts();
  return (
    <>
      <Form.Item
        name="person"
        label={t("people.person")}
        rules={[{ required: true, message: t("people.person_missing") }]}
      >
        <PersonField />
      </Form.Item>
      <Form.Item name="from" label={t("people.from")} extra={t("people.from_hint")}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="until" label={t("people.until")} extra={t("people.until_hint")}>
        <Input type="date" />
      </Form.Item>
    </>
  );
}
