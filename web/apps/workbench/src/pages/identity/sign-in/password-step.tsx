import {
  passkeysWork,
  Problem,
  PROVIDER_ADDRESS,
  signIn,
  signInWithPasskey,
  type Schemas,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation } from "@tanstack/react-query";
import { Button, Divider, Form, Input } from "antd";
import { useSearchParams } from "react-router";
import { Refusal } from "./refusal";
import type { StepProps } from "./sign-in-page";

export function PasswordStep({ session, onward }: StepProps) {
  const { t } = useWorkbenchTexts();
  const [search] = useSearchParams();
  const enter = useMutation({
    mutationFn: (act: () => ReturnType<typeof signIn>) => act(),
    onSuccess: onward,
  });
  const { provider } = session;
  const offersMore = passkeysWork() || provider !== null;
  return (
    <>
      <Refusal error={enter.error ?? refusedElsewhere(search.get("refused"))} />
      <Form<Schemas["SignInBody"]>
        layout="vertical"
        requiredMark={false}
        disabled={enter.isPending}
        onFinish={(body) => enter.mutate(() => signIn(body))}
      >
        <Form.Item
          name="name"
          label={t("sign_in.name")}
          rules={[{ required: true, message: t("sign_in.name_missing") }]}
        >
          <Input
            size="large"
            autoComplete="username"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={100}
          />
        </Form.Item>
        <Form.Item
          name="password"
          label={t("sign_in.password")}
          rules={[{ required: true, message: t("sign_in.password_missing") }]}
        >
          <Input type="password" size="large" autoComplete="current-password" maxLength={200} />
        </Form.Item>
        <Button type="primary" htmlType="submit" size="large" block loading={enter.isPending}>
          {t("sign_in.submit")}
        </Button>
        {offersMore && (
          <Divider plain className="sign-in-or">
            {t("sign_in.or")}
          </Divider>
        )}
        {passkeysWork() && (
          <Button size="large" block onClick={() => enter.mutate(() => signInWithPasskey())}>
            {t("sign_in.with_passkey")}
          </Button>
        )}
        {provider !== null && (
          <Button size="large" block className="sign-in-provider" href={PROVIDER_ADDRESS}>
            {t("sign_in.with_provider", { name: provider })}
          </Button>
        )}
      </Form>
    </>
  );
}

/** The other provider sends people back here with the name of what went wrong. */
function refusedElsewhere(code: string | null) {
  if (!code) return null;
  return new Problem({ type: "about:blank", title: code, status: 403, code, detail: undefined });
}
