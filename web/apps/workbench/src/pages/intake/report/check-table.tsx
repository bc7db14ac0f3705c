import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { OutcomeTag } from "../../../parts/status-tag";

type Check = Schemas["CheckBody"];

const FAMILIES = ["authenticity", "integrity", "usability", "security"] as const;

/** Numbers of what was not tested would say that nothing was wrong with it. */
const isTested = (check: Check): boolean => check.outcome !== "not_applicable";

/** The four properties, one body of rows each, as the paper form has them. */
export function CheckTable({ checks }: { checks: readonly Check[] }) {
  const { t, number } = useWorkbenchTexts();
  return (
    <section className="panel" aria-labelledby="checks">
      <h2 id="checks">{t("report.summary")}</h2>
      {checks.length === 0 ? (
        <p className="quiet">{t("report.no_checks")}</p>
      ) : (
        <table className="plain-table">
          <caption className="lt-offscreen">{t("report.summary")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("report.check")}</th>
              <th scope="col">{t("report.check_title")}</th>
              <th scope="col" className="wide-only">
                {t("report.std")}
              </th>
              <th scope="col">{t("report.outcome")}</th>
              <th scope="col" className="number wide-only">
                {t("report.tested")}
              </th>
              <th scope="col" className="number">
                {t("report.failed")}
              </th>
            </tr>
          </thead>
          {FAMILIES.map((family) => {
            const rows = checks.filter((check) => check.family === family);
            if (rows.length === 0) return null;
            return (
              <tbody key={family}>
                <tr>
                  <th scope="rowgroup" colSpan={6} className="family">
                    {t(`report.family.${family}`)}
                  </th>
                </tr>
                {rows.map((check) => (
                  <tr key={check.check}>
                    <td className="code">{check.check}</td>
                    <th scope="row">{check.title}</th>
                    <td className="wide-only">{check.std}</td>
                    <td>
                      <OutcomeTag outcome={check.outcome} />
                    </td>
                    <td className="number wide-only">{isTested(check) ? number(check.tested) : "—"}</td>
                    <td className="number">{isTested(check) ? number(check.failed) : "—"}</td>
                  </tr>
                ))}
              </tbody>
            );
          })}
        </table>
      )}
    </section>
  );
}
