import { expect, test } from "vitest";
import { elementName, explainFinding, isValue } from "./explain-finding";

test("a finding that is known is told in Chinese, others and English keep the server's words", () => {
  expect(explainFinding("intake.code_twice", "zh-CN")).toEqual({
    what: "同一批中有两件用了同一个档号",
    mend: "给其中一件另编档号",
  });
  expect(explainFinding("intake.code_twice", "en")).toBeNull();
  expect(explainFinding("some.new_code", "zh-CN")).toBeNull();
  expect(explainFinding(null, "zh-CN")).toBeNull();
});

test("elements have names", () => {
  expect(elementName("archival_code", "zh-CN")).toBe("档号");
  expect(elementName("archival_code", "en")).toBe("archival code");
  expect(elementName("colour", "zh-CN")).toBe("colour");
});

test("values are told from phrases about them", () => {
  for (const value of [
    "20210230",
    "1999.4",
    "sha256 f439b29a926198f03381a1fc2dfdf51321",
    "永久",
    "Plain Text File",
  ])
    expect(isValue(value), value).toBe(true);
  for (const phrase of [
    "no such file",
    "the file is empty",
    "a value",
    "a date such as 19810523",
    "开放: a record classified 绝密 cannot be opened",
  ])
    expect(isValue(phrase), phrase).toBe(false);
});
