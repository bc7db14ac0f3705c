import { qualityRulesQuery, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQuery } from "@tanstack/react-query";
import { FailureNotice } from "../../../parts/notices";

type Rules = Schemas["QualityRulesBody"];

const SEVERITIES = ["critical", "major", "minor"] as const;

/** The rules that the archives inspects by: plans of sampling, and defects by how much they weigh. */
export function RulesPanel() {
  const { t } = useWorkbenchTexts();
  const { data, error, refetch } = useQuery(qualityRulesQuery());
  return (
    <details className="panel rules">
      <summary>
        <h2>{t("quality.rules")}</h2>
      </summary>
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && <Content rules={data} />}
    </details>
  );
}

function Content({ rules }: { rules: Rules }) {
  const { t, language } = useWorkbenchTexts();
  const nameOf = (one: { label: string; english: string }) => (language === "en" ? one.english : one.label);
  return (
    <>
      <p className="quiet">
        {t("quality.rules_note", { version: rules.version, days: String(rules.deadline_days) })}
      </p>
      <dl className="rules-list">
        <div>
          <dt>{t("quality_new.plan")}</dt>
          <dd>
            <ul>
              {rules.plans.map((plan) => (
                <li key={plan.id}>
                  {nameOf(plan)}{" "}
                  <span className="quiet">
                    {t(`quality_unit.${plan.unit}`)}
                    {plan.switches && ` · ${t("quality.switches")}`}
                  </span>
                </li>
              ))}
            </ul>
          </dd>
        </div>
        {SEVERITIES.map((severity) => (
          <div key={severity}>
            <dt>{t("quality.defects_of", { severity: t(`quality_severity.${severity}`) })}</dt>
            <dd>
              {rules.defects
                .filter((defect) => defect.severity === severity)
                .map(nameOf)
                .join(" · ")}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
