import { openTasksQuery } from "@lantai/client";
import { explainFinding } from "@lantai/i18n";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Link } from "react-router";
import { accessionAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { SeverityTag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";

/** Everything that waits for a person's decision, package by package. */
export default function TasksPage() {
  const { t, language } = useWorkbenchTexts();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(openTasksQuery());
  const tasks = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div aria-busy={isPending}>
      <title>{`${t("tasks.title")} · ${t("desk.name")}`}</title>
      <nav className="trail">
        <Link to="/accessions">{t("accessions.title")}</Link>
      </nav>
      <h1>{t("tasks.title")}</h1>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && tasks.length === 0 && <p>{t("tasks.empty")}</p>}
      {tasks.length > 0 && (
        <ol className="panel findings">
          {tasks.map((task) => (
            <li key={`${task.accession}/${task.number}`}>
              <p className="finding-head">
                <SeverityTag severity={task.severity} />
                <span className="code">{task.check}</span>
                <strong>{explainFinding(task.code, language)?.what ?? task.code}</strong>
                {task.findings > 1 && (
                  <span className="quiet">{t("tasks.findings", { count: task.findings })}</span>
                )}
              </p>
              <p>
                <Link to={`${accessionAddress(task.accession)}#tasks`}>{task.accession_name}</Link>
              </p>
            </li>
          ))}
        </ol>
      )}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </div>
  );
}
