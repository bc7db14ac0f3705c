import { useWorkbenchTexts } from "@lantai/i18n/workbench";

export function LanguageSwitch() {
  const { t, language, setLanguage } = useWorkbenchTexts();
  return (
    <button
      type="button"
      lang={t("language.switch_lang")}
      onClick={() => setLanguage(language === "en" ? "zh-CN" : "en")}
    >
      {t("language.switch")}
    </button>
  );
}
