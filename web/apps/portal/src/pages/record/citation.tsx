import type { Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { CopyButton } from "@lantai/ui";

interface CitationProps {
  record: Schemas["RecordBody"];
  date: string;
  institution: string;
}

export function Citation({ record, date, institution }: CitationProps) {
  const { t } = usePortalTexts();
  const address = new URL(record.permanent_address, window.location.origin).href;
  const { title, code } = record;
  const citation = t("record.citation_text", { title, date, code, institution });
  return (
    <section className="citation" aria-labelledby="cite">
      <h2 id="cite">{t("record.cite")}</h2>
      <h3>{t("record.citation")}</h3>
      <p className="citation-text">{citation}</p>
      <CopyButton className="button small no-print" text={citation} label={t("record.copy_citation")} />
      <h3>{t("record.permanent")}</h3>
      <p className="citation-address">
        <a href={record.permanent_address}>{readable(address)}</a>
      </p>
      <CopyButton className="button small no-print" text={address} label={t("record.copy_permanent")} />
    </section>
  );
}

/** Chinese in an address is for reading here; what is copied stays encoded. */
function readable(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}
