import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { PasswordForm } from "../account/password-form";
import type { StepProps } from "./sign-in-page";

export function NewPasswordStep({ session, onward }: StepProps) {
  const { t } = useWorkbenchTexts();
  const name = session.signing_in_as ?? "";
  return (
    <>
      <p className="sign-in-text">{t("sign_in.new_text", { name })}</p>
      <PasswordForm account={name} asksOld={false} done={onward} />
    </>
  );
}
