import {
  activateAccount,
  agreeToHolding,
  agreeToToken,
  disableAccount,
  endHolding,
  refuseHolding,
  refuseToken,
  revokeToken,
  waitingGrantsQuery,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Popconfirm } from "antd";
import { useDangerous } from "../../../parts/danger";
import { dayAt, lastDayBefore } from "../../../parts/days";
import { Facts } from "../../../parts/facts";
import { FailureNotice, reasonOf } from "../../../parts/notices";
import { ReasonDialog } from "../../../parts/reason-dialog";
import { ScopeFacts } from "../../../parts/scope-facts";
import { useMay } from "../../../parts/use-may";
import { Waiting } from "../../../parts/waiting";

type Grant = Schemas["WaitingBody"];

const AGREE: Record<Grant["kind"], (id: string) => Promise<unknown>> = {
  account: activateAccount,
  holding: agreeToHolding,
  token: agreeToToken,
};
const REFUSE: Record<Grant["kind"], (id: string, reason: string) => Promise<unknown>> = {
  // an account that nobody wants goes out of use
  account: disableAccount,
  holding: refuseHolding,
  token: refuseToken,
};
const WITHDRAW: Record<Grant["kind"], (id: string, reason: string) => Promise<unknown>> = {
  account: disableAccount,
  holding: endHolding,
  token: revokeToken,
};

/** Everything that one person asked for and a second one is to agree to. */
export default function GrantsPage() {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(waitingGrantsQuery());
  const grants = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div aria-busy={isPending}>
      <title>{`${t("grants.title")} · ${t("desk.name")}`}</title>
      <h1>{t("grants.title")}</h1>
      <p className="quiet narrow">{t("grants.intro")}</p>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && grants.length === 0 && (
        <div className="panel empty">
          <p>{t("grants.empty")}</p>
          <p className="quiet">{t("grants.empty_hint")}</p>
        </div>
      )}
      {grants.map((grant) => (
        <GrantCard key={`${grant.kind}-${grant.id}`} grant={grant} />
      ))}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </div>
  );
}

/** What is asked, as a sentence. */
function useSentence(): (grant: Grant) => string {
  const { t } = useWorkbenchTexts();
  return (grant) => {
    const values = {
      person: grant.person?.name ?? "",
      account: grant.account ?? "",
      post: grant.name ?? "",
      institution: grant.institution ?? "",
      from: grant.takes_over_from?.name ?? "",
    };
    if (grant.kind === "account") return t("grants.account", values);
    if (grant.kind === "token") return t("grants.token", values);
    return t(grant.takes_over_from ? "grants.hand_over" : "grants.holding", values);
  };
}

function GrantCard({ grant }: { grant: Grant }) {
  const { t, moment } = useWorkbenchTexts();
  const may = useMay();
  const queries = useQueryClient();
  const dangerous = useDangerous();
  const sentence = useSentence()(grant);
  const agree = useMutation({
    mutationFn: () => dangerous(() => AGREE[grant.kind](grant.id)),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["people"] }),
  });
  const heading = `grant-${grant.kind}-${grant.id}`;
  return (
    <section className="panel" aria-labelledby={heading}>
      <h2 id={heading}>{sentence}</h2>
      <Facts
        facts={[
          [t("grants.asked_by"), grant.asked_by?.name],
          [t("grants.asked_at"), grant.asked_at && moment(grant.asked_at)],
          [t("people.from"), grant.from && dayAt(grant.from)],
          [t("people.until"), grant.until ? lastDayBefore(grant.until) : t("people.without_end")],
        ]}
      />
      {grant.scope ? <ScopeFacts scope={grant.scope} /> : <p>{t("grants.account_allows")}</p>}
      {agree.error && (
        <Alert type="error" showIcon title={t("people.failed")} description={reasonOf(agree.error, t)} />
      )}
      {grant.is_own && <p className="quiet">{t("grants.own")}</p>}
      <div className="buttons">
        {may("confirm_grants") && !grant.is_own && (
          <>
            <Popconfirm
              title={t("grants.agree_question")}
              description={sentence}
              okText={t("grants.agree")}
              cancelText={t("accession.cancel")}
              onConfirm={() => agree.mutate()}
            >
              <Button type="primary" loading={agree.isPending}>
                {t("grants.agree")}
              </Button>
            </Popconfirm>
            <ReasonDialog
              title={t("grants.refuse")}
              intro={sentence}
              send={(reason) => REFUSE[grant.kind](grant.id, reason)}
            />
          </>
        )}
        {may("withdraw_grants") && !may("confirm_grants") && (
          <ReasonDialog
            title={t("people.withdraw")}
            intro={sentence}
            send={(reason) => WITHDRAW[grant.kind](grant.id, reason)}
          />
        )}
      </div>
    </section>
  );
}
