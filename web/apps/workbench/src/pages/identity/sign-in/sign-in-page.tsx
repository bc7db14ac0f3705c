import { Problem, sessionQuery, signIn, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { LanguageSwitch } from "../../../parts/language-switch";
import { reasonOf } from "../../../parts/notices";

export default function SignInPage({ institution }: { institution: string }) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const enter = useMutation({
    mutationFn: (body: Schemas["SignInBody"]) => signIn(body),
    onSuccess: (session) => queries.setQueryData(sessionQuery().queryKey, session),
  });
  return (
    <main className="sign-in">
      <title>{t("sign_in.title")}</title>
      <div className="sign-in-card">
        <div className="sign-in-head">
          <span className="desk-seal large" aria-hidden="true">
            {t("brand.seal")}
          </span>
          <div>
            <p className="sign-in-institution">{institution}</p>
            <h1>{t("sign_in.title")}</h1>
          </div>
        </div>
        {enter.error && (
          <Alert
            type="error"
            showIcon
            role="alert"
            className="sign-in-error"
            title={<Reason error={enter.error} />}
          />
        )}
        <Form<Schemas["SignInBody"]>
          layout="vertical"
          requiredMark={false}
          disabled={enter.isPending}
          onFinish={(body) => enter.mutate(body)}
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
        </Form>
        <p className="sign-in-foot">
          <a href="/">{t("sign_in.reader")}</a>
          <LanguageSwitch />
        </p>
      </div>
    </main>
  );
}

function Reason({ error }: { error: unknown }) {
  const { t } = useWorkbenchTexts();
  if (error instanceof Problem && error.code === "identity.wrong_credentials") return t("sign_in.wrong");
  if (error instanceof Problem && error.code === "identity.throttled") return t("sign_in.throttled");
  return reasonOf(error, t);
}
