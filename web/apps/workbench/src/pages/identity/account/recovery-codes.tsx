import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Button } from "antd";

/** Recovery codes, here and now and never again. */
export function RecoveryCodes({ codes, kept }: { codes: string[]; kept: () => void }) {
  const { t } = useWorkbenchTexts();
  return (
    <section className="recovery" aria-label={t("account.codes_title")}>
      <h3>{t("account.codes_title")}</h3>
      <p>{t("account.codes_text")}</p>
      <ul className="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Button type="primary" onClick={kept}>
        {t("account.codes_kept")}
      </Button>
    </section>
  );
}
