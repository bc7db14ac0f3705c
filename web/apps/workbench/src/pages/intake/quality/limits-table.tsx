import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Tag } from "../../../parts/status-tag";

interface LimitsTableProps {
  limits: readonly Schemas["QualityLimitBody"][];
  /** What was found, once the lot is concluded. */
  tally?: readonly Schemas["QualityTallyBody"][];
}

/** When a lot passes, and whether it did. */
export function LimitsTable({ limits, tally }: LimitsTableProps) {
  const { t, number } = useWorkbenchTexts();
  const found = (severity: Schemas["QualitySeverity"]) => tally?.find((one) => one.severity === severity);
  return (
    <table className="plain-table limits">
      <caption className="lt-offscreen">{t("quality_new.limits")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("quality_lot.severity")}</th>
          <th scope="col" className="number">
            {t("quality_lot.size")}
          </th>
          <th scope="col" className="number">
            {t("quality_lot.accept")}
          </th>
          {tally && (
            <>
              <th scope="col" className="number">
                {t("quality_lot.defective")}
              </th>
              <th scope="col">{t("quality_lot.result")}</th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {limits.map((limit) => {
          const one = found(limit.severity);
          return (
            <tr key={limit.severity}>
              <th scope="row">
                {t(`quality_severity.${limit.severity}`)}
                {limit.aql !== null && <span className="under">{`AQL ${limit.aql}`}</span>}
              </th>
              <td className="number">{number(limit.size)}</td>
              <td className="number">{number(limit.accept)}</td>
              {one && (
                <>
                  <td className="number">{number(one.defective)}</td>
                  <td>
                    <Tag tone={one.passes ? "good" : "bad"}>
                      {t(one.passes ? "quality_lot.within" : "quality_lot.beyond")}
                    </Tag>
                  </td>
                </>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
