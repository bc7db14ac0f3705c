import { openTasksQuery, type Schemas } from "@lantai/client";
import { explainFinding } from "@lantai/i18n";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Link } from "react-router";
import { accessionAddress, exceptionsAddress } from "../../../parts/addresses";
import { FailureNotice } from "../../../parts/notices";
import { TaskTag } from "../../../parts/status-tag";
import { Waiting } from "../../../parts/waiting";

type Task = Schemas["OpenTask"];

/** Everything that waits for a person's decision, package by package. */
export default function TasksPage() {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(openTasksQuery());
  const packages = byPackage(data?.pages.flatMap((page) => page.items) ?? []);
  return (
    <div aria-busy={isPending}>
      <title>{`${t("tasks.title")} · ${t("desk.name")}`}</title>
      <nav className="trail">
        <Link to="/accessions">{t("accessions.title")}</Link>
      </nav>
      <h1>{t("tasks.title")}</h1>
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && packages.length === 0 && (
        <div className="panel empty">
          <p>{t("tasks.empty")}</p>
          <p className="quiet">{t("tasks.empty_hint")}</p>
        </div>
      )}
      {packages.map((tasks) => (
        <Package key={tasks[0].accession} tasks={tasks} />
      ))}
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("desk.more")}
        </Button>
      )}
    </div>
  );
}

/** The questions about one package. */
function Package({ tasks }: { tasks: readonly [Task, ...Task[]] }) {
  const { t, language } = useWorkbenchTexts();
  const [{ accession, accession_name: name }] = tasks;
  return (
    <section className="panel" aria-labelledby={`package-${accession}`}>
      <div className="panel-head">
        <h2 id={`package-${accession}`}>
          <Link to={accessionAddress(accession)}>{name}</Link>
        </h2>
        <Link className="primary-link" to={`${accessionAddress(accession)}#tasks`}>
          {t("tasks.decide_all", { count: tasks.length })}
        </Link>
      </div>
      <ol className="findings">
        {tasks.map((task) => (
          <li key={task.number}>
            <p className="finding-head">
              <TaskTag task={task} />
              <span className="code">{task.check}</span>
              <strong>{explainFinding(task.code, language)?.what ?? task.code}</strong>
              {task.findings > 1 && (
                <span className="quiet">{t("tasks.findings", { count: task.findings })}</span>
              )}
              {task.kind === "attachment" && (
                <Link to={exceptionsAddress(accession)}>{t("exceptions.go")}</Link>
              )}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The tasks of each package together, in the order in which they came. */
function byPackage(tasks: readonly Task[]): [Task, ...Task[]][] {
  const packages = new Map<string, [Task, ...Task[]]>();
  for (const task of tasks) {
    const same = packages.get(task.accession);
    if (same) same.push(task);
    else packages.set(task.accession, [task]);
  }
  return [...packages.values()];
}
