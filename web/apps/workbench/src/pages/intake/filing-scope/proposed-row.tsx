import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Tag } from "../../../parts/status-tag";

/** A row of the table with what it says and why it fired. */
export function ProposedRow({ row }: { row: Schemas["FilingProposedBody"] }) {
  const { t, label } = useWorkbenchTexts();
  const said = (reason: Schemas["FilingReasonBody"]) =>
    reason.words.map((word) =>
      reason.criterion === "direction" ? label("filing_direction", word, word) : word,
    );
  return (
    <div className="proposed">
      <p className="finding-head">
        <span className="code">{row.item_no}</span>
        <Tag tone={row.filed ? "good" : "plain"}>{t(row.filed ? "filing.filed" : "filing.not_filed")}</Tag>
        {row.retention_label !== null && <strong>{row.retention_label}</strong>}
        {row.class_path !== null && (
          <span>
            {row.class_names.join(" › ")} <span className="code quiet">{row.class_path}</span>
          </span>
        )}
      </p>
      <p>{row.item_text}</p>
      {row.reasons.length > 0 && (
        <p className="quiet">
          {t("filing.why")}{" "}
          {row.reasons.map((reason, place) => (
            <span key={reason.criterion}>
              {place > 0 && "; "}
              {t(`filing_criterion.${reason.criterion}`)} <mark>{said(reason).join(" · ")}</mark>
            </span>
          ))}
        </p>
      )}
    </div>
  );
}
