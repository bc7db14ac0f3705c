import { accessionsQuery, openTasksQuery } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Link } from "react-router";
import { AccessionTable } from "../../../parts/accession-table";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";

export default function AccessionsPage() {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(accessionsQuery());
  const accessions = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div aria-busy={isPending}>
      <title>{`${t("accessions.title")} · ${t("desk.name")}`}</title>
      <div className="page-head">
        <h1>{t("accessions.title")}</h1>
        <div className="page-head-side">
          <WaitingTasks />
          <Link className="primary-link" to="/accessions/new">
            {t("accessions.new")}
          </Link>
        </div>
      </div>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && accessions.length === 0 && (
        <div className="panel empty">
          <p>{t("accessions.empty")}</p>
          <p className="quiet">{t("accessions.empty_hint")}</p>
        </div>
      )}
      {accessions.length > 0 && (
        <div className="panel flush">
          <AccessionTable accessions={accessions} />
        </div>
      )}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </div>
  );
}

/** Leads to what waits for a person, where something does. */
function WaitingTasks() {
  const { t, number } = useWorkbenchTexts();
  // what begins to wait while another page is open is there when one comes back
  const { data } = useInfiniteQuery({ ...openTasksQuery(), staleTime: 0 });
  const [first] = data?.pages ?? [];
  const count = first?.items.length ?? 0;
  if (!first || count === 0) return null;
  const isMore = first.next_cursor !== null;
  return (
    <Link to="/accessions/tasks">
      {t(isMore ? "tasks.title_count_more" : "tasks.title_count", { count: number(count) })}
    </Link>
  );
}
