import { usePortalTexts } from "@lantai/i18n/portal";
import { Link, useLocation } from "react-router";
import { changed } from "./search-state";

/** The addresses of the pages before this one, as far as the reader came through them. */
function readTrail(state: unknown): string[] {
  if (typeof state !== "object" || state === null || !("trail" in state)) return [];
  return Array.isArray(state.trail) ? state.trail.filter((entry) => typeof entry === "string") : [];
}

/** The server pages by cursor: forward always, back by the way one came, and to the first page from anywhere. */
export function Pager({ params, next }: { params: URLSearchParams; next: string | null }) {
  const { t } = usePortalTexts();
  const location = useLocation();
  const trail = readTrail(location.state);
  const page = Math.max(1, Number.parseInt(params.get("page") ?? "1", 10) || 1);
  const isFirst = !params.has("cursor");
  if (isFirst && next === null) return null;
  const here = location.pathname + location.search;
  const previous = trail.at(-1);
  return (
    <nav className="pager" aria-label={t("results.pages")}>
      {!isFirst &&
        (previous ? (
          <Link className="button" to={previous} state={{ trail: trail.slice(0, -1) }}>
            {t("results.previous")}
          </Link>
        ) : (
          <Link className="button" to={changed(params, () => undefined)}>
            {t("results.first")}
          </Link>
        ))}
      <span aria-current="page">{t("results.page", { page: isFirst ? 1 : page })}</span>
      {next !== null && (
        <Link
          className="button"
          to={changed(params, (following) => {
            following.set("cursor", next);
            following.set("page", String((isFirst ? 1 : page) + 1));
          })}
          state={{ trail: [...trail, here] }}
        >
          {t("results.next")}
        </Link>
      )}
    </nav>
  );
}
