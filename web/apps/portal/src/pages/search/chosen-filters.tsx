import { fondsListQuery, type Schemas } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { changed, LISTED_FACETS, withoutFilters, withoutValue, withYears } from "./search-state";

interface Chosen {
  key: string;
  name: string;
  without: string;
}

export function ChosenFilters({
  facets,
  params,
}: {
  facets: Schemas["FacetsBody"];
  params: URLSearchParams;
}) {
  const { t } = usePortalTexts();
  const chosen = useChosen(facets, params);
  if (chosen.length === 0) return <span />;
  return (
    <ul className="chosen" aria-label={t("results.filters")}>
      {chosen.map(({ key, name, without }) => (
        <li key={key}>
          <Link to={without} className="chip" aria-label={t("results.remove", { what: name })}>
            {name} <span aria-hidden="true">×</span>
          </Link>
        </li>
      ))}
      {chosen.length > 1 && (
        <li>
          <Link to={withoutFilters(params)} className="more">
            {t("results.clear_all")}
          </Link>
        </li>
      )}
    </ul>
  );
}

function useChosen(facets: Schemas["FacetsBody"], params: URLSearchParams): Chosen[] {
  const { t, label } = usePortalTexts();
  // An empty result has no facets to take the titles of the fonds from.
  const { data: fonds } = useQuery({ ...fondsListQuery(), enabled: params.has("fonds") });
  const titleOf = (number: string) => fonds?.items.find((one) => one.number === number)?.title ?? number;
  const chosen: Chosen[] = LISTED_FACETS.flatMap((facet) =>
    params.getAll(facet).map((value) => {
      const known = facets[facet].find((other) => other.value === value)?.label ?? value;
      const name =
        facet === "fonds" ? (known === value ? titleOf(value) : known) : label(facet, value, known);
      return { key: `${facet}:${value}`, name, without: withoutValue(params, facet, value) };
    }),
  );
  const from = params.get("year_from");
  const to = params.get("year_to");
  if (from || to) {
    const name =
      from && to
        ? t("results.years", { from, to })
        : from
          ? t("results.years_from", { from })
          : t("results.years_to", { to: to ?? "" });
    chosen.push({ key: "years", name, without: withYears(params, "", "") });
  }
  if (params.get("has_content") === "true") {
    const without = changed(params, (next) => next.delete("has_content"));
    chosen.push({ key: "has_content", name: t("results.facet.has_content"), without });
  }
  return chosen;
}
