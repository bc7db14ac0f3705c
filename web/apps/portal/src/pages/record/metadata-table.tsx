import type { Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { fondsAddress, searchAddress } from "../../parts/addresses";

type RecordBody = Schemas["RecordBody"];

/** What the archive wrote down about the record; items without a value are left out. */
export function MetadataTable({ record }: { record: RecordBody }) {
  const { t } = usePortalTexts();
  return (
    <section className="metadata" aria-labelledby="metadata">
      <h2 id="metadata">{t("record.metadata")}</h2>
      <table>
        <tbody>
          {useRows(record).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function useRows(record: RecordBody): [string, ReactNode][] {
  const { t, label, edtf, number } = usePortalTexts();
  const written = record.date_text ?? edtf(record.date);
  // The date as the document has it and, when that is another calendar, in ours.
  const withPlainDate = () => {
    const plain = record.date ? edtf(record.date) : written;
    return plain === written ? written : t("date.both", { written, plain });
  };
  const rows: [string, ReactNode][] = [
    [t("record.code"), <span className="code">{record.code}</span>],
    [t("record.former_codes"), record.former_codes.join(t("list.separator"))],
    [t("record.document_number"), record.document_number],
    [t("record.author"), record.author],
    [t("record.date"), withPlainDate()],
    [t("record.date_forms"), lines(record.date_forms.filter((form) => form !== written))],
    [t("record.fonds"), <Link to={fondsAddress(record.fonds.number)}>{record.fonds.title}</Link>],
    [t("record.category"), label("category", record.category, record.category_label)],
    [t("record.level"), label("level", record.level)],
    [t("record.year"), record.year === null ? null : String(record.year)],
    [t("record.organisation_or_subject"), record.organisation_or_subject],
    [t("record.retention"), record.retention && label("retention", record.retention)],
    [t("record.classification"), label("classification", record.classification)],
    [t("record.open_status"), label("open_status", record.open_status)],
    [t("record.open_ground"), record.open_ground],
    [t("record.page_count"), record.page_count === null ? null : number(record.page_count)],
    [t("record.document_type"), record.document_type],
    [t("record.carrier"), record.carrier],
    [t("record.language"), record.language],
    [t("record.script"), record.script],
    [t("record.keywords"), searches(record.keywords)],
    [t("record.people"), searches(record.people)],
    [t("record.places"), searches(record.places)],
    [t("record.source"), record.source],
    ...Object.entries(record.other),
  ];
  return rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
}

function lines(values: readonly string[]): ReactNode {
  if (values.length === 0) return null;
  return (
    <ul className="value-lines">
      {values.map((value) => (
        <li key={value}>{value}</li>
      ))}
    </ul>
  );
}

function searches(values: readonly string[]): ReactNode {
  if (values.length === 0) return null;
  return (
    <ul className="value-list">
      {values.map((value) => (
        <li key={value}>
          <Link to={searchAddress(value)}>{value}</Link>
        </li>
      ))}
    </ul>
  );
}
