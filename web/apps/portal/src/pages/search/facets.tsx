import type { Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useEffect, useState, type FormEvent } from "react";
import { Link, useNavigate } from "react-router";
import {
  changed,
  LISTED_FACETS,
  withoutValue,
  withValue,
  withYears,
  yearsOf,
  type ListedFacet,
} from "./search-state";

type FacetValue = Schemas["FacetValueBody"];

interface FacetsProps {
  facets: Schemas["FacetsBody"];
  params: URLSearchParams;
}

/** Beside the results on a wide screen, folded above them on a narrow one. */
export function Facets({ facets, params }: FacetsProps) {
  const { t } = usePortalTexts();
  const wide = useWideScreen();
  const chosen = countChosen(params);
  const groups = (
    <>
      {LISTED_FACETS.map((facet) => (
        <ListedGroup key={facet} facet={facet} values={facets[facet]} params={params} />
      ))}
      <YearGroup values={facets.year} params={params} />
      <ContentGroup params={params} />
    </>
  );
  if (wide) {
    return (
      <aside className="facets" aria-label={t("results.facets")}>
        {groups}
      </aside>
    );
  }
  return (
    <aside className="facets" aria-label={t("results.facets")}>
      <details>
        <summary>
          {chosen > 0 ? t("results.facets_chosen", { count: chosen }) : t("results.facets_open")}
        </summary>
        {groups}
      </details>
    </aside>
  );
}

const WIDE = "(min-width: 56rem)";

function useWideScreen(): boolean {
  const [wide, setWide] = useState(() => window.matchMedia(WIDE).matches);
  useEffect(() => {
    const query = window.matchMedia(WIDE);
    const follow = () => setWide(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return wide;
}

function countChosen(params: URLSearchParams): number {
  const listed = LISTED_FACETS.reduce((sum, facet) => sum + params.getAll(facet).length, 0);
  const years = params.has("year_from") || params.has("year_to") ? 1 : 0;
  return listed + years + (params.has("has_content") ? 1 : 0);
}

const FIRST = 6;

interface ListedGroupProps {
  facet: ListedFacet;
  values: readonly FacetValue[];
  params: URLSearchParams;
}

function ListedGroup({ facet, values, params }: ListedGroupProps) {
  const { t, label } = usePortalTexts();
  const [all, setAll] = useState(false);
  const chosen = params.getAll(facet);
  // One single value that is not chosen narrows nothing.
  if (values.length === 0 || (values.length === 1 && chosen.length === 0)) return null;
  const shown = all ? values : values.filter((value, index) => index < FIRST || chosen.includes(value.value));
  const hidden = values.length - shown.length;
  return (
    <section className="facet">
      <h2>{t(`results.facet.${facet}`)}</h2>
      <ul>
        {shown.map((value) => (
          <FacetLink
            key={value.value}
            name={facet === "fonds" ? value.label : label(facet, value.value, value.label)}
            count={value.count}
            chosen={chosen.includes(value.value)}
            to={
              chosen.includes(value.value)
                ? withoutValue(params, facet, value.value)
                : withValue(params, facet, value.value)
            }
          />
        ))}
      </ul>
      {(hidden > 0 || all) && (
        <button type="button" className="plain" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("results.facet.less") : t("results.facet.more", { count: hidden })}
        </button>
      )}
    </section>
  );
}

interface FacetLinkProps {
  name: string;
  count: number;
  chosen: boolean;
  to: string;
}

function FacetLink({ name, count, chosen, to }: FacetLinkProps) {
  const { number } = usePortalTexts();
  return (
    <li>
      <Link
        to={to}
        className={chosen ? "facet-link chosen" : "facet-link"}
        aria-current={chosen || undefined}
      >
        <span className="facet-box" aria-hidden="true" />
        <span className="facet-name">{name}</span>
        <span className="facet-count">{number(count)}</span>
      </Link>
    </li>
  );
}

function YearGroup({ values, params }: { values: readonly FacetValue[]; params: URLSearchParams }) {
  const { t } = usePortalTexts();
  const from = params.get("year_from") ?? "";
  const to = params.get("year_to") ?? "";
  if (values.length === 0 && !from && !to) return null;
  const most = Math.max(1, ...values.map((value) => value.count));
  return (
    <section className="facet">
      <h2>{t("results.facet.year")}</h2>
      <ul className="years">
        {values.map((value) => {
          const span = yearsOf(value.value);
          if (!span) return null;
          const chosen = span.from === from && span.to === to;
          return (
            <li key={value.value}>
              <Link
                to={chosen ? withYears(params, "", "") : withYears(params, span.from, span.to)}
                className={chosen ? "facet-link chosen" : "facet-link"}
                aria-current={chosen || undefined}
              >
                <span className="facet-name">
                  {value.value.endsWith("s") ? t("results.facet.decade", { year: span.from }) : value.value}
                </span>
                <meter className="facet-bar" aria-hidden="true" min={0} max={most} value={value.count} />
                <span className="facet-count">{value.count}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      <YearSpan key={`${from}-${to}`} from={from} to={to} params={params} />
    </section>
  );
}

function YearSpan({ from, to, params }: { from: string; to: string; params: URLSearchParams }) {
  const { t } = usePortalTexts();
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void navigate(withYears(params, String(form.get("from")).trim(), String(form.get("to")).trim()));
  };
  return (
    <form className="year-span" onSubmit={submit}>
      <input
        name="from"
        inputMode="numeric"
        pattern="\d{1,4}"
        maxLength={4}
        defaultValue={from}
        aria-label={t("results.facet.year_from")}
      />
      <span aria-hidden="true">—</span>
      <input
        name="to"
        inputMode="numeric"
        pattern="\d{1,4}"
        maxLength={4}
        defaultValue={to}
        aria-label={t("results.facet.year_to")}
      />
      <button type="submit" className="button small">
        {t("results.facet.apply")}
      </button>
    </form>
  );
}

function ContentGroup({ params }: { params: URLSearchParams }) {
  const { t } = usePortalTexts();
  const chosen = params.get("has_content") === "true";
  return (
    <section className="facet">
      <ul>
        <li>
          <Link
            to={changed(params, (next) =>
              chosen ? next.delete("has_content") : next.set("has_content", "true"),
            )}
            className={chosen ? "facet-link chosen" : "facet-link"}
            aria-current={chosen || undefined}
          >
            <span className="facet-box" aria-hidden="true" />
            <span className="facet-name">{t("results.facet.has_content")}</span>
          </Link>
        </li>
      </ul>
    </section>
  );
}
