import type { AuditFilter, Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useSearchParams } from "react-router";
import { may } from "../../../parts/may";
import { Alerts } from "./audit-alerts";
import { Chain, Days } from "./audit-chain";
import { AuditEvents } from "./audit-events";

const TEXTS = ["actor", "action", "class", "outcome", "object", "fonds", "from", "until"] as const;

/** The audit trail for the auditor: alerts, the chain, figures, and every event. What is asked stands in the address. */
export default function AuditPage({ session }: { session: Schemas["SessionBody"] }) {
  const { t } = useWorkbenchTexts();
  const [params, setParams] = useSearchParams();
  // the security administrator sees alerts, and no events
  const reads = may(session, "read_audit");
  const ask = (filter: AuditFilter) => {
    const entries = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
    setParams(new URLSearchParams(entries.map(([name, value]) => [name, String(value)])));
  };
  return (
    <>
      <title>{`${t("audit.title")} · ${t("desk.name")}`}</title>
      <h1>{t("audit.title")}</h1>
      <p className="quiet narrow">{t("audit.intro")}</p>
      <Alerts {...(reads && { show: (first: number, last: number) => ask({ first, last }) })} />
      {reads && (
        <>
          <Chain />
          <AuditEvents key={params.toString()} filter={filterOf(params)} ask={ask} />
          <Days />
        </>
      )}
    </>
  );
}

function filterOf(params: URLSearchParams): AuditFilter {
  const filter: AuditFilter = {};
  for (const name of TEXTS) {
    const value = params.get(name);
    if (value) filter[name] = value;
  }
  for (const name of ["first", "last"] as const) {
    const value = Number(params.get(name));
    if (Number.isInteger(value) && value > 0) filter[name] = value;
  }
  return filter;
}
