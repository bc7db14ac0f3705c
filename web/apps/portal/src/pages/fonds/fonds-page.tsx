import {
  fondsQuery,
  fondsRecordsQuery,
  isNotFound,
  type FondsRecordsFilter,
  type Schemas,
} from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import { recordAddress } from "../../parts/addresses";
import { FailureNotice, GonePage } from "../../parts/notices";
import { SearchBox } from "../../parts/search-box";
import { Skeleton } from "../../parts/skeleton";

type Fonds = Schemas["FondsBody"];

export default function FondsPage() {
  const { t } = usePortalTexts();
  const { number = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery(fondsQuery(number));
  if (isNotFound(error)) {
    return (
      <GonePage title={t("fonds.gone_title")}>
        <p>{t("fonds.gone")}</p>
        <p>
          <Link className="more" to="/fonds">
            {t("fonds.title")}
          </Link>
        </p>
      </GonePage>
    );
  }
  return (
    <div className="page fonds" aria-busy={isPending}>
      {isPending && <Skeleton lines={8} />}
      {error && (
        <>
          <h1 className="lt-offscreen">{t("error.title")}</h1>
          <FailureNotice error={error} retry={() => void refetch()} />
        </>
      )}
      {data && <FondsView fonds={data} />}
    </div>
  );
}

function FondsView({ fonds }: { fonds: Fonds }) {
  const { t, label } = usePortalTexts();
  return (
    <>
      <title>{fonds.title}</title>
      <header className="fonds-head">
        <nav aria-label={t("record.trail")} className="trail">
          <Link to="/fonds">{t("site.fonds")}</Link>
        </nav>
        <h1>{fonds.title}</h1>
        <p className="record-facts">
          <span className="code">{t("fonds.number", { number: fonds.number })}</span>
          {fonds.year_from !== null && fonds.year_to !== null && (
            <span>{t("fonds.years", { from: String(fonds.year_from), to: String(fonds.year_to) })}</span>
          )}
          <span>{t("fonds.records", { count: fonds.records })}</span>
        </p>
      </header>
      <section aria-labelledby="history" className="fonds-history">
        <h2 id="history">{t("fonds.history")}</h2>
        <div className="prose">{fonds.history ?? t("fonds.no_history")}</div>
      </section>
      <section aria-labelledby="list" className="fonds-list">
        <h2 id="list">{t("fonds.list")}</h2>
        <div className="fonds-search">
          <p aria-hidden="true">{t("fonds.search_in")}</p>
          <SearchBox fonds={fonds.number} />
        </div>
        {fonds.category_codes.length > 1 && (
          <CategoryTabs codes={fonds.category_codes} label={(code) => label("category", code)} />
        )}
        <FondsRecords fonds={fonds} />
      </section>
    </>
  );
}

function CategoryTabs({ codes, label }: { codes: readonly string[]; label: (code: string) => string }) {
  const { t } = usePortalTexts();
  const [params] = useSearchParams();
  const chosen = params.get("category");
  return (
    <nav className="tabs" aria-label={t("fonds.filter_category")}>
      <Link to="?" aria-current={chosen === null || undefined}>
        {t("fonds.filter_all")}
      </Link>
      {codes.map((code) => (
        <Link key={code} to={`?category=${code}`} aria-current={chosen === code || undefined}>
          {label(code)}
        </Link>
      ))}
    </nav>
  );
}

function FondsRecords({ fonds }: { fonds: Fonds }) {
  const { t, edtf, label } = usePortalTexts();
  const [params] = useSearchParams();
  const category = params.get("category");
  const filter: FondsRecordsFilter = category ? { category } : {};
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(fondsRecordsQuery(fonds.number, filter));
  if (isPending) return <Skeleton lines={10} />;
  if (!data) return <FailureNotice error={error} retry={() => void refetch()} />;
  const records = data.pages.flatMap((page) => page.items);
  if (records.length === 0) return <p>{t("fonds.empty")}</p>;
  return (
    <>
      <table className="record-table">
        <caption className="lt-offscreen">{t("fonds.list")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("fonds.column.title")}</th>
            <th scope="col">{t("fonds.column.date")}</th>
            <th scope="col">{t("fonds.column.code")}</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <tr key={record.record}>
              <th scope="row">
                <Link to={recordAddress(record.code)}>{record.title}</Link>
                {record.open_status !== "open" && (
                  <span className="tag">{label("open_status", record.open_status)}</span>
                )}
              </th>
              <td>{record.date_text ?? edtf(record.date)}</td>
              <td className="code">{record.code}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status" className="quiet">
        {t("fonds.shown", { count: records.length })}
      </p>
      {hasNextPage && (
        <button
          type="button"
          className="button"
          aria-disabled={isFetchingNextPage}
          onClick={() => {
            if (!isFetchingNextPage) void fetchNextPage();
          }}
        >
          {t("fonds.more")}
        </button>
      )}
    </>
  );
}
