import { passkeysWork, sessionQuery } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { NewPasskey } from "../account/new-passkey";
import { NewTotp } from "../account/new-totp";
import { RecoveryCodes } from "../account/recovery-codes";
import type { StepProps } from "./sign-in-page";

export function EnrolStep({ session }: StepProps) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const [way, setWay] = useState<"totp" | "passkey" | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const goOn = () => void queries.invalidateQueries({ queryKey: sessionQuery().queryKey });
  const done = (given: string[]) => (given.length > 0 ? setCodes(given) : goOn());
  if (codes) return <RecoveryCodes codes={codes} kept={goOn} />;
  if (way === "totp") return <NewTotp done={done} />;
  if (way === "passkey") return <NewPasskey done={done} />;
  return (
    <>
      <p className="sign-in-text">{t("sign_in.enrol_text", { name: session.signing_in_as ?? "" })}</p>
      <Button size="large" type="primary" block onClick={() => setWay("totp")}>
        {t("sign_in.enrol_totp")}
      </Button>
      {passkeysWork() && (
        <Button size="large" block className="sign-in-provider" onClick={() => setWay("passkey")}>
          {t("sign_in.enrol_passkey")}
        </Button>
      )}
    </>
  );
}
