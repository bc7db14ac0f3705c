import { describe, expect, test } from "vitest";
import { portalTexts } from "./portal";
import type { Catalogue, Message } from "./texts";
import { workbenchTexts } from "./workbench";

const forms = (message: Message): string[] =>
  typeof message === "string" ? [message] : [message.one, message.other];
const places = (message: Message): string[] =>
  [...new Set(forms(message).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();

describe.each([
  ["portal", portalTexts],
  ["workbench", workbenchTexts],
])("%s", (_, texts) => {
  test("both languages have the same keys", () => {
    expect(Object.keys(texts.en).sort()).toEqual(Object.keys(texts["zh-CN"]).sort());
  });

  test("both languages have the same places for values", () => {
    const differing = Object.entries(texts["zh-CN"]).filter(
      ([key, message]) => String(places(message)) !== String(places((texts.en as Catalogue)[key] ?? "")),
    );
    expect(differing).toEqual([]);
  });

  test("no text is empty", () => {
    const all = [...Object.values(texts["zh-CN"]), ...Object.values(texts.en)].flatMap(forms);
    expect(all.filter((text) => text.trim() === "")).toEqual([]);
  });
});
