import { PasskeyGivenUp, Problem } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Alert } from "antd";
import { reasonOf } from "../../../parts/notices";

/** Why signing in did not go on. */
export function Refusal({ error }: { error: unknown }) {
  const { t } = useWorkbenchTexts();
  if (!error) return null;
  const reason = () => {
    if (error instanceof PasskeyGivenUp) return t("sign_in.passkey_failed");
    if (error instanceof Problem && error.code === "identity.wrong_credentials") return t("sign_in.wrong");
    if (error instanceof Problem && error.code === "identity.throttled") return t("sign_in.throttled");
    if (error instanceof Problem && error.code === "identity.locked") return t("sign_in.locked");
    return reasonOf(error, t);
  };
  return <Alert type="error" showIcon role="alert" className="sign-in-error" title={reason()} />;
}
