import { usePortalTexts } from "@lantai/i18n/portal";
import { Link } from "react-router";
import { LISTED_FACETS, withoutFilters } from "./search-state";

const FILTERS = [...LISTED_FACETS, "year_from", "year_to", "has_content"];

export function EmptyResult({ params }: { params: URLSearchParams }) {
  const { t } = usePortalTexts();
  const filtered = FILTERS.some((name) => params.has(name));
  return (
    <div className="empty">
      <h2>{t("results.empty_title")}</h2>
      <ul>
        {filtered && (
          <li>
            {t("results.empty_filters")} <Link to={withoutFilters(params)}>{t("results.clear_all")}</Link>
          </li>
        )}
        <li>{t("results.empty_words")}</li>
        <li>{t("results.empty_date")}</li>
        <li>
          {t("results.empty_closed")} <Link to="/fonds">{t("results.empty_browse")}</Link>
        </li>
      </ul>
    </div>
  );
}
