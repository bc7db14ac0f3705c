import { recordTextQuery } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "../../parts/skeleton";

/** The text with the line breaks it has; those are part of the record. */
export function RecordText({ code }: { code: string }) {
  const { t } = usePortalTexts();
  const { data, error, isPending } = useQuery(recordTextQuery(code));
  return (
    <section className="record-text" aria-labelledby="text" aria-busy={isPending}>
      <h2 id="text">{t("record.text")}</h2>
      {isPending && <Skeleton lines={8} />}
      {error && <p role="alert">{t("record.text_failed")}</p>}
      {data && (
        <div className="leaf" lang="zh">
          {data.text}
        </div>
      )}
    </section>
  );
}
