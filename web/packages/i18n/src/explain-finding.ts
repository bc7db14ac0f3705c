import type { Language } from "./texts";
import { elements, findings, type FindingText } from "./zh-CN/findings";

/** A finding in the language of the page; `null` where the server's own English words are to be shown. */
export function explainFinding(code: string | null, language: Language): FindingText | null {
  if (language === "en" || code === null) return null;
  return findings[code] ?? null;
}

/** Name of a description element in the language of the page. */
export function elementName(element: string, language: Language): string {
  return language === "en" ? element.replaceAll("_", " ") : (elements[element] ?? element);
}

/** Two lower-case words side by side. */
const PHRASE = /[a-z] [a-z]/;

/** Whether this is a value out of the package (a date, a digest, a format) and no English phrase about it. */
export function isValue(text: string): boolean {
  return !PHRASE.test(text);
}
