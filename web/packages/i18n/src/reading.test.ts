import { expect, test } from "vitest";
import { explainReading } from "./reading";

const NAMES: Record<string, string> = {
  "read.text": "含",
  "read.date": "日期",
  "read.code": "档号",
  "read.passage": "原句，字数",
  "read_without.text": "不含",
};
const texts = {
  label: (family: string, value: string, fallback?: string) =>
    NAMES[`${family}.${value}`] ?? fallback ?? value,
  edtf: (value: string) => `<${value}>`,
};

test("words taken as words need no explanation", () => {
  expect(explainReading("text:防汛 text:通知", texts)).toBeNull();
  expect(explainReading("", texts)).toBeNull();
});

test("dates, codes, exclusions and quoted words are told in words", () => {
  expect(explainReading("date:1906-01-25/1907-02-12", texts)).toBe("日期 <1906-01-25/1907-02-12>");
  expect(explainReading('text:"渡头 大桥" -text:照片', texts)).toBe('含 "渡头 大桥" · 不含 照片');
  expect(explainReading("code:J001-WS·1954*", texts)).toBe("档号 J001-WS·1954*");
  expect(explainReading("text:甲 passage:31 characters", texts)).toBe("含 甲 · 原句，字数 31");
});

test("a part of a kind that this version does not know keeps its name", () => {
  expect(explainReading("colour:red", texts)).toBe("colour red");
});
