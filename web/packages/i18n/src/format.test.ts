import { expect, test } from "vitest";
import { formatBytes, formatEdtf, formatNumber } from "./format";
import { translate } from "./texts";

test.each([
  ["1958-09-28", "1958年9月28日", "28 Sep 1958"],
  ["1957-11", "1957年11月", "Nov 1957"],
  ["1972", "1972年", "1972"],
  ["1986~", "约1986年", "c. 1986"],
  ["1953/1954", "1953年至1954年", "1953 – 1954"],
  ["1950/..", "1950年至……", "1950 – …"],
  ["195X", "1950年代", "1950s"],
  ["18XX", "19世纪", "1800s"],
  ["", "日期不详", "日期不详"],
  ["大约那年", "大约那年", "大约那年"],
])("the date %s", (edtf, chinese, english) => {
  expect(formatEdtf(edtf, "zh-CN", "日期不详")).toBe(chinese);
  expect(formatEdtf(edtf, "en", "日期不详")).toBe(english);
});

test("sizes are told in the unit that fits", () => {
  expect(formatBytes(0, "zh-CN")).toBe("0 B");
  expect(formatBytes(1023, "zh-CN")).toBe("1,023 B");
  expect(formatBytes(1536, "en")).toBe("1.5 KB");
  expect(formatBytes(4_294_967_296, "zh-CN")).toBe("4 GB");
});

test("numbers below ten thousand stay plain in Chinese", () => {
  expect(formatNumber(1958, "zh-CN")).toBe("1958");
  expect(formatNumber(12_345, "zh-CN")).toBe("12,345");
});

test("a text takes its values, and its form by the count", () => {
  const catalogue = {
    found: { one: "{count} record", other: "{count} records" },
    plain: "in {ms} ms, {other}",
  };
  expect(translate(catalogue, "en", "found", { count: 1 })).toBe("1 record");
  expect(translate(catalogue, "en", "found", { count: 0 })).toBe("0 records");
  expect(translate(catalogue, "en", "plain", { ms: 4 })).toBe("in 4 ms, {other}");
});
