import { fondsListQuery, sessionQuery } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { searchAddress } from "../../parts/addresses";
import { FondsLedger } from "../../parts/fonds-ledger";
import { FailureNotice } from "../../parts/notices";
import { SearchBox } from "../../parts/search-box";
import { Skeleton } from "../../parts/skeleton";
import { Glimpse } from "./glimpse";

const EXAMPLES = [
  "home.example_1",
  "home.example_2",
  "home.example_3",
  "home.example_4",
  "home.example_5",
  "home.example_6",
] as const;
const FONDS_SHOWN = 8;

export function HomePage() {
  const { t } = usePortalTexts();
  const { data: session } = useQuery(sessionQuery());
  const institution = session?.institution ?? t("site.archive");
  return (
    <div className="home">
      <title>{institution}</title>
      <section className="hero">
        <div className="hero-leaf">
          <div className="hero-body">
            <h1>{institution}</h1>
            <p className="hero-lead">{t("home.lead")}</p>
            <SearchBox />
            <p className="hero-hint">{t("search.hint")}</p>
            <div className="examples">
              <h2 id="examples">{t("home.examples")}</h2>
              <ul aria-labelledby="examples">
                {EXAMPLES.map((example) => (
                  <li key={example}>
                    <Link to={searchAddress(t(example))} lang="zh-CN">
                      {t(example)}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          </div>
          <blockquote className="hero-quote" lang="zh-Hans">
            <p>
              <span>{t("home.quote_1")}</span>
              <span>{t("home.quote_2")}</span>
            </p>
            <footer>
              <cite>{t("home.quote_source")}</cite>
            </footer>
          </blockquote>
        </div>
      </section>
      <Glimpse />
      <FondsSection />
      <section className="home-section explain" aria-labelledby="explain">
        <h2 id="explain">{t("home.explain_title")}</h2>
        <div className="explain-columns">
          <p>{t("home.explain_1")}</p>
          <p>{t("home.explain_2")}</p>
          <p>{t("home.explain_3")}</p>
        </div>
        <p>
          <Link className="more" to="/about">
            {t("home.more_about")}
          </Link>
        </p>
      </section>
    </div>
  );
}

function FondsSection() {
  const { t } = usePortalTexts();
  const { data, error, isPending, refetch } = useQuery(fondsListQuery());
  const shown = data?.items.slice(0, FONDS_SHOWN) ?? [];
  const records = data?.items.reduce((sum, fonds) => sum + fonds.records, 0) ?? 0;
  return (
    <section className="home-section" aria-labelledby="fonds" aria-busy={isPending}>
      <header className="section-head">
        <h2 id="fonds">{t("home.fonds_title")}</h2>
        <p>
          {t("home.fonds_lead")}
          {data && data.items.length > 0 && <> {t("home.numbers", { records, fonds: data.items.length })}</>}
        </p>
      </header>
      {isPending && <Skeleton lines={8} />}
      {error && <FailureNotice error={error} retry={() => void refetch()} />}
      {data && shown.length === 0 && <p>{t("fonds.none")}</p>}
      {shown.length > 0 && <FondsLedger fonds={shown} heading="h3" />}
      {data && data.items.length > FONDS_SHOWN && (
        <p>
          <Link className="more" to="/fonds">
            {t("home.all_fonds", { count: data.items.length })}
          </Link>
        </p>
      )}
    </section>
  );
}
