import { usePortalTexts } from "@lantai/i18n/portal";

export function LanguageSwitch() {
  const { t, language, setLanguage } = usePortalTexts();
  return (
    <button
      type="button"
      className="plain"
      lang={t("language.switch_lang")}
      onClick={() => setLanguage(language === "en" ? "zh-CN" : "en")}
    >
      {t("language.switch")}
    </button>
  );
}
