/** Archives keep the time of China wherever the browser is. */
const ZONE = "+08:00";
const DAY_MS = 24 * 60 * 60 * 1000;

/** The first moment of a day that was chosen; null where none was. */
export function beginningOf(day: string | undefined): string | null {
  return day ? `${day}T00:00:00${ZONE}` : null;
}

/** The moment after a day that was chosen; null where none was. */
export function endOf(day: string | undefined): string | null {
  const beginning = beginningOf(day);
  return beginning && new Date(new Date(beginning).getTime() + DAY_MS).toISOString();
}

/** The last day before a moment at which something ends. */
export function lastDayBefore(moment: string): string {
  return dayOf(new Date(new Date(moment).getTime() - 1));
}

/** The day of a moment. */
export function dayAt(moment: string): string {
  return dayOf(new Date(moment));
}

function dayOf(at: Date): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(at);
}
