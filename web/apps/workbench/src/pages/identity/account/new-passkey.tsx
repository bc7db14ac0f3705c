import { addPasskey, PasskeyGivenUp, passkeysWork } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useDangerous } from "../../../parts/danger";
import { reasonOf } from "../../../parts/notices";

/** Sets a passkey up. */
export function NewPasskey({ done }: { done: (codes: string[]) => void }) {
  const { t } = useWorkbenchTexts();
  const dangerous = useDangerous();
  const [form] = Form.useForm<{ label: string }>();
  const add = useMutation({
    mutationFn: (label: string) => dangerous(() => addPasskey(label)),
    onSuccess: ({ codes }) => {
      form.resetFields();
      done(codes);
    },
  });
  if (!passkeysWork()) return <p className="quiet">{t("account.passkeys_unavailable")}</p>;
  return (
    <Form<{ label: string }>
      form={form}
      layout="vertical"
      requiredMark={false}
      disabled={add.isPending}
      onFinish={({ label }) => add.mutate(label)}
    >
      {add.error && (
        <Alert
          type="error"
          showIcon
          role="alert"
          className="sign-in-error"
          title={add.error instanceof PasskeyGivenUp ? t("sign_in.passkey_failed") : reasonOf(add.error, t)}
        />
      )}
      <Form.Item
        name="label"
        label={t("account.passkey_label")}
        rules={[{ required: true, whitespace: true, message: t("account.passkey_label_missing") }]}
      >
        <Input maxLength={64} />
      </Form.Item>
      <Button htmlType="submit" loading={add.isPending}>
        {t("account.passkey_add")}
      </Button>
    </Form>
  );
}
