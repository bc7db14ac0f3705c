import { beginTotp, confirmTotp } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Input, QRCode } from "antd";
import { useDangerous } from "../../../parts/danger";
import { reasonOf } from "../../../parts/notices";
import { Waiting } from "../../../parts/waiting";

/** Sets an authenticator up: picture, then its first code. */
export function NewTotp({ done }: { done: (codes: string[]) => void }) {
  const { t } = useWorkbenchTexts();
  const dangerous = useDangerous();
  const begun = useQuery({
    queryKey: ["new-totp"],
    queryFn: () => dangerous(beginTotp),
    // a secret is made once for each time, and never kept
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const confirm = useMutation({
    mutationFn: (code: string) => dangerous(() => confirmTotp({ step: begun.data?.step ?? "", code })),
    onSuccess: ({ codes }) => done(codes),
  });
  const error = confirm.error ?? begun.error;
  return (
    <div className="new-totp">
      {error && (
        <Alert type="error" showIcon role="alert" className="sign-in-error" title={reasonOf(error, t)} />
      )}
      {begun.isPending && <Waiting />}
      {begun.data && (
        <>
          <p>{t("account.totp_scan")}</p>
          <div role="img" aria-label={t("account.totp_picture")} className="new-totp-picture">
            <div aria-hidden>
              <QRCode
                type="svg"
                value={begun.data.address}
                size={200}
                bordered={false}
                color="#000"
                bgColor="#fff"
              />
            </div>
          </div>
          <p>{t("account.totp_secret")}</p>
          <p>
            <code className="new-totp-secret">{begun.data.secret.replace(/(.{4})/g, "$1 ").trim()}</code>
          </p>
          <Form<{ code: string }>
            layout="vertical"
            requiredMark={false}
            disabled={confirm.isPending}
            onFinish={({ code }) => confirm.mutate(code)}
          >
            <Form.Item
              name="code"
              label={t("account.totp_code")}
              rules={[{ required: true, message: t("sign_in.code_missing") }]}
            >
              <Input inputMode="numeric" autoComplete="one-time-code" maxLength={10} />
            </Form.Item>
            <Button type="primary" htmlType="submit" loading={confirm.isPending}>
              {t("account.totp_confirm")}
            </Button>
          </Form>
        </>
      )}
    </div>
  );
}
