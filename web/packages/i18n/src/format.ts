import type { Language } from "./texts";

export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(language, { useGrouping: value >= 10_000 || language === "en" }).format(value);
}

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

export function formatBytes(value: number, language: Language): string {
  let rest = value;
  let unit = 0;
  while (rest >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(rest)} ${UNITS[unit]}`;
}

export function formatMoment(value: string, language: Language): string {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return value;
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    dateStyle: "medium",
    timeStyle: "short",
  }).format(moment);
}

/**
 * Writes a date of formation (EDTF level 1) as people do. What is not understood is shown as it stands:
 * a reader can make more of an odd date than of none.
 */
export function formatEdtf(edtf: string, language: Language, unknown: string): string {
  if (edtf === "" || edtf === "XXXX") return unknown;
  const [from, to, ...rest] = edtf.split("/");
  if (from === undefined || rest.length > 0) return edtf;
  const first = formatPoint(from, language);
  if (to === undefined) return first;
  const last = formatPoint(to, language);
  if (language === "en") return `${first} – ${last}`;
  return `${first}至${last}`;
}

const POINT = /^(\d{4}|\d{3}X|\d{2}XX)(?:-(\d{2}))?(?:-(\d{2}))?([?~%])?$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

function formatPoint(point: string, language: Language): string {
  if (point === ".." || point === "") return language === "en" ? "…" : "……";
  const [, year, month, day, doubt] = POINT.exec(point) ?? [];
  if (year === undefined) return point;
  const text = language === "en" ? english(year, month, day) : chinese(year, month, day);
  if (doubt === undefined) return text;
  return language === "en" ? `c. ${text}` : `约${text}`;
}

function chinese(year: string, month?: string, day?: string): string {
  if (year.endsWith("XX")) return `${Number(year.slice(0, 2)) + 1}世纪`;
  if (year.endsWith("X")) return `${year.slice(0, 3)}0年代`;
  return `${Number(year)}年${month ? `${Number(month)}月` : ""}${day ? `${Number(day)}日` : ""}`;
}

function english(year: string, month?: string, day?: string): string {
  if (year.endsWith("XX")) return `${year.slice(0, 2)}00s`;
  if (year.endsWith("X")) return `${year.slice(0, 3)}0s`;
  const name = month ? (MONTHS[Number(month) - 1] ?? month) : null;
  return [day ? String(Number(day)) : null, name, String(Number(year))].filter(Boolean).join(" ");
}
