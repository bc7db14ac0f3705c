import { Problem, searchQuery } from "@lantai/client";
import { explainReading } from "@lantai/i18n";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";
import { FailureNotice } from "../../parts/notices";
import { Skeleton } from "../../parts/skeleton";
import { ChosenFilters } from "./chosen-filters";
import { EmptyResult } from "./empty-result";
import { Facets } from "./facets";
import { HitList } from "./hit-list";
import { Pager } from "./pager";
import { changed, readSearch, SORTS } from "./search-state";

export function SearchPage() {
  const texts = usePortalTexts();
  const { t } = texts;
  const [params] = useSearchParams();
  const search = readSearch(params);
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery(searchQuery(search));
  const reading = data ? explainReading(data.read_as, texts) : null;
  const heading = search.q ? t("results.title", { q: search.q }) : t("results.title_all");
  return (
    <div className="page results" aria-busy={isPending || isPlaceholderData}>
      <title>{heading}</title>
      <header className="results-head">
        <h1>{heading}</h1>
        <p role="status" className="results-count">
          {data && !isPlaceholderData && !error && (
            <>
              <strong>
                {t(data.total_is_capped ? "results.found_capped" : "results.found", { count: data.total })}
              </strong>{" "}
              <span className="quiet">{t("results.took", { ms: data.took_ms })}</span>
            </>
          )}
        </p>
        {reading && (
          <p className="read-as">
            <span className="read-as-label">{t("results.read_as")}</span> {reading}
          </p>
        )}
      </header>
      {isPending && <Skeleton lines={12} />}
      {error && <SearchFailure error={error} retry={() => void refetch()} />}
      {data && !error && (
        <div className="results-body">
          <Facets facets={data.facets} params={params} />
          <div className={isPlaceholderData ? "results-main stale" : "results-main"}>
            <div className="results-tools">
              <ChosenFilters facets={data.facets} params={params} />
              <SortSelect params={params} chosen={search.sort ?? "relevance"} />
            </div>
            {data.hits.length > 0 ? (
              <>
                <HitList hits={data.hits} />
                <Pager params={params} next={data.next_cursor} />
              </>
            ) : (
              <EmptyResult params={params} />
            )}
          </div>
        </div>
      )}
    </div>
  );
}

function SortSelect({ params, chosen }: { params: URLSearchParams; chosen: string }) {
  const { t } = usePortalTexts();
  const navigate = useNavigate();
  return (
    <label className="sort">
      <span>{t("results.sort")}</span>
      <select
        value={chosen}
        onChange={(event) =>
          void navigate(
            changed(params, (next) => next.set("sort", event.target.value)),
            { replace: true },
          )
        }
      >
        {SORTS.map((sort) => (
          <option key={sort} value={sort}>
            {t(`results.sort.${sort}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A question the server refuses is the reader's to change; asking again would not help. */
function SearchFailure({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = usePortalTexts();
  if (!(error instanceof Problem) || error.status >= 500)
    return <FailureNotice error={error} retry={retry} />;
  return (
    <div role="alert" className="notice">
      <p>{t("results.invalid", { detail: error.detail ?? error.message })}</p>
    </div>
  );
}
