import type { SearchParams } from "@lantai/client";

/** The facets whose values are chosen one by one; the year has its own span. */
export const LISTED_FACETS = ["fonds", "category", "retention", "open_status"] as const;
export type ListedFacet = (typeof LISTED_FACETS)[number];
export const SORTS = ["relevance", "date_asc", "date_desc", "code"] as const;
export type Sort = (typeof SORTS)[number];

const PAGE = 20;

/** What the address asks for. Anything else in the address is left alone and ignored. */
export function readSearch(params: URLSearchParams): SearchParams {
  const sort = SORTS.find((known) => known === params.get("sort"));
  const yearFrom = readYear(params.get("year_from"));
  const yearTo = readYear(params.get("year_to"));
  const cursor = params.get("cursor");
  const chosen = Object.fromEntries(
    LISTED_FACETS.map((facet) => [facet, params.getAll(facet)] as const).filter(
      ([, values]) => values.length > 0,
    ),
  );
  return {
    ...(params.get("q") && { q: params.get("q") as string }),
    ...chosen,
    ...(yearFrom !== null && { year_from: yearFrom }),
    ...(yearTo !== null && { year_to: yearTo }),
    ...(params.get("has_content") === "true" && { has_content: true }),
    ...(sort && { sort }),
    ...(cursor && { cursor }),
    limit: PAGE,
  };
}

function readYear(text: string | null): number | null {
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) : null;
}

/** The address with one change; a changed question begins again at its first page. */
export function changed(params: URLSearchParams, change: (next: URLSearchParams) => void): string {
  const next = new URLSearchParams(params);
  next.delete("cursor");
  next.delete("page");
  change(next);
  return `/search?${next.toString()}`;
}

export function withValue(params: URLSearchParams, facet: string, value: string): string {
  return changed(params, (next) => next.append(facet, value));
}

export function withoutValue(params: URLSearchParams, facet: string, value: string): string {
  return changed(params, (next) => {
    const left = next.getAll(facet).filter((other) => other !== value);
    next.delete(facet);
    left.forEach((other) => next.append(facet, other));
  });
}

export function withYears(params: URLSearchParams, from: string, to: string): string {
  return changed(params, (next) => {
    setOrDelete(next, "year_from", from);
    setOrDelete(next, "year_to", to);
  });
}

export function withoutFilters(params: URLSearchParams): string {
  return changed(params, (next) =>
    [...LISTED_FACETS, "year_from", "year_to", "has_content"].forEach((name) => next.delete(name)),
  );
}

function setOrDelete(params: URLSearchParams, name: string, value: string) {
  if (value === "") params.delete(name);
  else params.set(name, value);
}

/** A year facet names a year ("1981") or a decade ("1980s"). */
export function yearsOf(value: string): { from: string; to: string } | null {
  const decade = /^(\d{3})0s$/.exec(value);
  if (decade) return { from: `${decade[1]}0`, to: `${decade[1]}9` };
  return /^\d{1,4}$/.test(value) ? { from: value, to: value } : null;
}
