import { filingTablesQuery } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { FailureNotice } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";
import { Decisions } from "./decisions";
import { TableBrowser } from "./table-browser";
import { TryOut } from "./try-out";

export default function FilingScopePage() {
  const { t } = useWorkbenchTexts();
  const { data, error, isPending, refetch } = useQuery(filingTablesQuery());
  return (
    <div aria-busy={isPending}>
      <title>{`${t("filing.title")} · ${t("desk.name")}`}</title>
      <h1>{t("filing.title")}</h1>
      <p className="quiet narrow">{t("filing.intro")}</p>
      <TryOut />
      {isPending && <Waiting />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && <TableBrowser tables={data} />}
      <Decisions />
    </div>
  );
}
