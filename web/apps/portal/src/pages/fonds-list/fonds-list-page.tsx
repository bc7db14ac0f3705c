import { fondsListQuery } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useQuery } from "@tanstack/react-query";
import { FondsLedger } from "../../parts/fonds-ledger";
import { FailureNotice } from "../../parts/notices";
import { Skeleton } from "../../parts/skeleton";

export default function FondsListPage() {
  const { t } = usePortalTexts();
  const { data, error, isPending, refetch } = useQuery(fondsListQuery());
  return (
    <div className="page" aria-busy={isPending}>
      <title>{t("fonds.title")}</title>
      <h1>{t("fonds.title")}</h1>
      <p className="lead">{t("fonds.lead")}</p>
      {isPending && <Skeleton lines={10} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && data.items.length === 0 && <p>{t("fonds.none")}</p>}
      {data && data.items.length > 0 && <FondsLedger fonds={data.items} heading="h2" />}
    </div>
  );
}
