/** A part of a reading: `text:水库`, `-date:1954`, `title:"渡头 大桥"`. */
const PART = /(-?)([a-z_]+):("[^"]*"|\S+(?: characters)?)/g;

/**
 * Says how the server understood a question. `null` when there is nothing to explain: words that were
 * taken as words.
 */
export function explainReading(
  readAs: string,
  texts: {
    label: (family: string, value: string, fallback?: string) => string;
    edtf: (value: string) => string;
  },
): string | null {
  const parts = [...readAs.matchAll(PART)].map(([, excluded = "", kind = "", value = ""]) => ({
    excluded: excluded !== "",
    kind,
    value,
  }));
  if (parts.every(({ kind, value, excluded }) => kind === "text" && !excluded && !value.startsWith('"')))
    return null;
  return parts
    .map(({ excluded, kind, value }) => {
      const name = texts.label(excluded ? "read_without" : "read", kind, kind);
      return `${name} ${kind === "date" ? texts.edtf(value) : value.replace(/ characters$/, "")}`;
    })
    .join(" · ");
}
