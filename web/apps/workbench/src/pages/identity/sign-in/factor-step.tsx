import { passkeysWork, sendCode, signInWithPasskey } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { Refusal } from "./refusal";
import type { StepProps } from "./sign-in-page";

export function FactorStep({ session, onward }: StepProps) {
  const { t } = useWorkbenchTexts();
  const prove = useMutation({
    mutationFn: (act: () => ReturnType<typeof sendCode>) => act(),
    onSuccess: onward,
  });
  const has = (factor: (typeof session.second_factors)[number]) => session.second_factors.includes(factor);
  const name = session.signing_in_as ?? "";
  const passkey = has("passkey") && passkeysWork();
  return (
    <>
      <p className="sign-in-text">
        {has("totp") ? t("sign_in.factor_text", { name }) : t("sign_in.factor_text_passkey", { name })}
      </p>
      <Refusal error={prove.error} />
      {passkey && (
        <Button
          type={has("totp") ? "default" : "primary"}
          size="large"
          block
          className="sign-in-provider"
          disabled={prove.isPending}
          onClick={() => prove.mutate(() => signInWithPasskey())}
        >
          {t("sign_in.use_passkey")}
        </Button>
      )}
      <Form<{ code: string }>
        layout="vertical"
        requiredMark={false}
        disabled={prove.isPending}
        onFinish={({ code }) => prove.mutate(() => sendCode(code))}
      >
        <Form.Item
          name="code"
          label={t("sign_in.code")}
          rules={[{ required: true, message: t("sign_in.code_missing") }]}
        >
          <Input size="large" autoComplete="one-time-code" spellCheck={false} maxLength={20} />
        </Form.Item>
        <Button type="primary" htmlType="submit" size="large" block loading={prove.isPending}>
          {t("sign_in.continue")}
        </Button>
      </Form>
    </>
  );
}
