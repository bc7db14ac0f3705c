import { changePassword, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { reasonOf } from "../../../parts/notices";

interface PasswordFormProps {
  account: string;
  /** Whether the password in use is asked for; the sign-in has just asked for it. */
  asksOld: boolean;
  done: (session: Schemas["SessionBody"]) => void;
}

interface Filled {
  old?: string;
  fresh: string;
  again: string;
}

export function PasswordForm({ account, asksOld, done }: PasswordFormProps) {
  const { t } = useWorkbenchTexts();
  const [form] = Form.useForm<Filled>();
  const change = useMutation({
    mutationFn: ({ old, fresh }: Filled) => changePassword({ old: old ?? null, new: fresh }),
    onSuccess: (session) => {
      form.resetFields();
      done(session);
    },
  });
  const missing = { required: true, message: t("account.password_missing") };
  return (
    <Form<Filled>
      form={form}
      layout="vertical"
      requiredMark={false}
      disabled={change.isPending}
      onFinish={(filled) => change.mutate(filled)}
    >
      {change.error && (
        <Alert
          type="error"
          showIcon
          role="alert"
          className="sign-in-error"
          title={reasonOf(change.error, t)}
        />
      )}
      {/* keeps password managers from guessing whose password it is */}
      <input type="text" autoComplete="username" value={account} readOnly hidden />
      {asksOld && (
        <Form.Item name="old" label={t("account.password_old")} rules={[missing]}>
          <Input type="password" autoComplete="current-password" maxLength={200} />
        </Form.Item>
      )}
      <Form.Item
        name="fresh"
        label={t("account.password_new")}
        extra={t("account.password_rules")}
        rules={[missing]}
      >
        <Input type="password" autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("account.password_again")}
        dependencies={["fresh"]}
        rules={[
          missing,
          {
            validator: (_, value: string) =>
              !value || value === form.getFieldValue("fresh")
                ? Promise.resolve()
                : Promise.reject(new Error(t("account.password_differ"))),
          },
        ]}
      >
        <Input type="password" autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={change.isPending}>
        {t("account.password_change")}
      </Button>
    </Form>
  );
}
