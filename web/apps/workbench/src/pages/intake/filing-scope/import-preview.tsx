import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Alert } from "antd";

type Change = Schemas["FilingImportBody"];
type Brief = Schemas["FilingRowBrief"];

/** What a sheet would change against the table that it takes the place of, row by row. */
export function ImportPreview({ change }: { change: Change }) {
  const { t } = useWorkbenchTexts();
  const { table } = change;
  return (
    <div className="import-preview">
      <Alert
        type="info"
        showIcon
        title={t("filing.import_to", { name: table.name, count: table.rows, from: table.valid_from })}
        description={
          change.ends !== null && change.ends_on !== null
            ? t("filing.import_ends", { name: change.ends, day: change.ends_on })
            : change.replaces !== null && t("filing.import_replaces", { name: change.replaces })
        }
      />
      <p role="status">
        {t("filing.import_counts", {
          added: change.added.length,
          changed: change.changed.length,
          removed: change.removed.length,
          unchanged: change.unchanged,
        })}
      </p>
      <Changed rows={change.changed} />
      <Rows title={t("filing.rows_added")} rows={change.added} />
      <Rows title={t("filing.rows_removed")} rows={change.removed} />
    </div>
  );
}

function Changed({ rows }: { rows: Change["changed"] }) {
  const { t, label } = useWorkbenchTexts();
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{t("filing.rows_changed")}</h3>
      <ul>
        {rows.map((row) => (
          <li key={row.item_no}>
            <span className="code">{row.item_no}</span> {row.item_text}
            <dl className="before-after">
              {row.fields.map((field) => (
                <div key={field.element}>
                  <dt>{label("filing_element", field.element)}</dt>
                  <dd>
                    <del>{field.before || t("filing.nothing")}</del> →{" "}
                    <ins>{field.after || t("filing.nothing")}</ins>
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Rows({ title, rows }: { title: string; rows: readonly Brief[] }) {
  const { t } = useWorkbenchTexts();
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {rows.map((row) => (
          <li key={row.item_no}>
            <span className="code">{row.item_no}</span> {row.item_text}{" "}
            <span className="quiet">
              {row.filed
                ? [row.class_path, row.retention_label].filter(Boolean).join(" · ")
                : t("filing.not_filed")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
