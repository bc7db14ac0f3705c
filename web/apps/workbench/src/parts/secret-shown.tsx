import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { CopyButton } from "@lantai/ui";

/** A password or a token, shown this once. */
export function SecretShown({ text, note }: { text: string; note: string }) {
  const { t } = useWorkbenchTexts();
  return (
    <div className="secret-shown" role="status">
      <p>{note}</p>
      <p>
        <code className="wrapped">{text}</code> <CopyButton text={text} label={t("people.copy_secret")} />
      </p>
    </div>
  );
}
