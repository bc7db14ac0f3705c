import { expect, test } from "vitest";
import { beginningOf, dayAt, endOf, lastDayBefore } from "./days";

test("a day that is chosen is whole", () => {
  expect(beginningOf("2026-03-31")).toBe("2026-03-31T00:00:00+08:00");
  expect(endOf("2026-03-31")).toBe("2026-03-31T16:00:00.000Z");
  expect(lastDayBefore(endOf("2026-03-31") ?? "")).toBe("2026-03-31");
  expect(dayAt("2026-03-31T16:00:00Z")).toBe("2026-04-01");
  expect(endOf(undefined)).toBeNull();
});
