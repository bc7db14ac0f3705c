import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Link } from "react-router";
import { reportAddress } from "../../../parts/addresses";
import { OutcomeTag } from "../../../parts/status-tag";

type Accession = Schemas["AccessionBody"];

/** Worst first. */
const TOLD = ["error", "fail", "manual", "warn"] as const;

/** At a glance: which checks were not passed, and how often; nothing where all were. */
export function Faults({ accession }: { accession: Accession }) {
  const { t } = useWorkbenchTexts();
  const told = TOLD.flatMap((outcome) => accession.checks.filter((check) => check.outcome === outcome));
  if (told.length === 0) return null;
  const passed = accession.checks.filter((check) => check.outcome === "pass").length;
  return (
    <section className="panel" aria-labelledby="faults">
      <div className="panel-head">
        <h2 id="faults">{t("faults.title")}</h2>
        <Link to={`${reportAddress(accession.id)}#findings`}>{t("faults.all")}</Link>
      </div>
      <ul className="fault-list">
        {told.map((check) => (
          <li key={check.check}>
            <OutcomeTag outcome={check.outcome} />
            <span className="code">{check.check}</span>
            <span className="fault-name">{check.title}</span>
            <span className="quiet">{t("faults.count", { count: check.failed })}</span>
          </li>
        ))}
      </ul>
      <p className="quiet">{t("faults.passed", { count: passed })}</p>
    </section>
  );
}
