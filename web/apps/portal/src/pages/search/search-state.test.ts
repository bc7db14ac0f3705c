import { expect, test } from "vitest";
import { readSearch, withoutFilters, withoutValue, withValue, yearsOf } from "./search-state";

test("what the address does not say properly is left out", () => {
  expect(readSearch(new URLSearchParams("q=&sort=wild&year_from=abc&year_to=19999&has_content=yes"))).toEqual(
    {
      limit: 20,
    },
  );
});

test("a value is added and taken away, the others stay", () => {
  const params = new URLSearchParams("q=a&fonds=Q1&fonds=Q2&cursor=c&page=3");
  expect(withValue(params, "fonds", "Q3")).toBe("/search?q=a&fonds=Q1&fonds=Q2&fonds=Q3");
  expect(withoutValue(params, "fonds", "Q1")).toBe("/search?q=a&fonds=Q2");
  expect(withoutFilters(params)).toBe("/search?q=a");
});

test.each([
  ["1981", { from: "1981", to: "1981" }],
  ["1980s", { from: "1980", to: "1989" }],
  ["unknown", null],
])("the year facet %s", (value, span) => {
  expect(yearsOf(value)).toEqual(span);
});
