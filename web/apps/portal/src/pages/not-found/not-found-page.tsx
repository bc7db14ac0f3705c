import { usePortalTexts } from "@lantai/i18n/portal";
import { Link } from "react-router";
import { GonePage } from "../../parts/notices";
import { SearchBox } from "../../parts/search-box";

export default function NotFoundPage() {
  const { t } = usePortalTexts();
  return (
    <GonePage title={t("lost.title")}>
      <p>{t("lost.text")}</p>
      <SearchBox />
      <p>
        <Link className="more" to="/">
          {t("lost.home")}
        </Link>
      </p>
    </GonePage>
  );
}
