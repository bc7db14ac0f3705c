import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { formatBytes, formatEdtf, formatMoment, formatNumber } from "./format";

export type Language = "zh-CN" | "en";
/** A text, or its two forms where a language tells one from many. `{name}` is a place for a value. */
export type Message = string | { one: string; other: string };
export type Catalogue = Record<string, Message>;
export type Catalogues = Record<Language, Catalogue>;
type Values = Record<string, string | number>;

export interface Texts<Key extends string> {
  language: Language;
  setLanguage: (language: Language) => void;
  t: (key: Key, values?: Values) => string;
  /** The text of a value the server names, or `fallback` when this version does not know it. */
  label: (family: string, value: string, fallback?: string) => string;
  number: (value: number) => string;
  bytes: (value: number) => string;
  /** A point in time, RFC 3339, in the viewer's zone. */
  moment: (value: string) => string;
  /** A date of formation, EDTF, which may be uncertain, a span, or empty. */
  edtf: (value: string) => string;
}

const STORED_AS = "lantai.language";
const TextsContext = createContext<Texts<string> | null>(null);

export function translate(
  catalogue: Catalogue,
  language: Language,
  key: string,
  values: Values = {},
): string {
  const message = catalogue[key] ?? key;
  const text = typeof message === "string" ? message : pick(message, language, Number(values["count"] ?? 0));
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? formatNumber(value, language) : value;
  });
}

function pick(message: { one: string; other: string }, language: Language, count: number): string {
  return new Intl.PluralRules(language).select(count) === "one" ? message.one : message.other;
}

function remembered(): Language {
  try {
    return localStorage.getItem(STORED_AS) === "en" ? "en" : "zh-CN";
  } catch {
    return "zh-CN"; // storage may be forbidden; the page still works
  }
}

function remember(language: Language) {
  try {
    localStorage.setItem(STORED_AS, language);
  } catch {
    // The choice then holds until the page is left.
  }
}

export function TextsProvider({ catalogues, children }: { catalogues: Catalogues; children: ReactNode }) {
  const [language, setState] = useState<Language>(remembered);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const setLanguage = useCallback((chosen: Language) => {
    remember(chosen);
    setState(chosen);
  }, []);
  const texts = useMemo<Texts<string>>(() => {
    const catalogue = catalogues[language];
    return {
      language,
      setLanguage,
      t: (key, values) => translate(catalogue, language, key, values),
      label: (family, value, fallback) => {
        const message = catalogue[`${family}.${value}`];
        return typeof message === "string" ? message : (fallback ?? value);
      },
      number: (value) => formatNumber(value, language),
      bytes: (value) => formatBytes(value, language),
      moment: (value) => formatMoment(value, language),
      edtf: (value) => formatEdtf(value, language, translate(catalogue, language, "date.unknown")),
    };
  }, [catalogues, language, setLanguage]);
  return <TextsContext value={texts}>{children}</TextsContext>;
}

/** For the packages; an app uses the hook of its own catalogue, which knows the keys. */
export function useTexts<Key extends string>(): Texts<Key> {
  const texts = useContext(TextsContext);
  if (!texts) throw new Error("TextsProvider is missing");
  return texts;
}
