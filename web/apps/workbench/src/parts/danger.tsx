import {
  PasskeyGivenUp,
  passkeysWork,
  Problem,
  prove,
  sessionQuery,
  signInWithPasskey,
} from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input, Modal } from "antd";
import { createContext, useCallback, useContext, useState, type ReactNode } from "react";
import { reasonOf } from "./notices";

type Dangerous = <T>(act: () => Promise<T>) => Promise<T>;

interface Waiting {
  proved: () => void;
  givenUp: () => void;
}

const DangerContext = createContext<Dangerous>((act) => act());

/** Does what is dangerous; where the server wants a fresh proof, the person is asked for one and it is done then. */
export const useDangerous = () => useContext(DangerContext);

export function DangerProvider({ children }: { children: ReactNode }) {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const dangerous = useCallback<Dangerous>(async (act) => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "identity.proof_needed") throw error;
      await new Promise<void>((proved, refuse) => {
        setWaiting({ proved, givenUp: () => refuse(error) });
      });
      return await act();
    }
  }, []);
  const settle = (how: keyof Waiting) => {
    waiting?.[how]();
    setWaiting(null);
  };
  return (
    <DangerContext value={dangerous}>
      {children}
      {waiting && <ProofDialog proved={() => settle("proved")} givenUp={() => settle("givenUp")} />}
    </DangerContext>
  );
}

function ProofDialog({ proved, givenUp }: Waiting) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  const confirm = useMutation({
    mutationFn: (act: () => ReturnType<typeof prove>) => act(),
    onSuccess: (session) => {
      queries.setQueryData(sessionQuery().queryKey, session);
      proved();
    },
  });
  return (
    <Modal open title={t("proof.title")} footer={null} onCancel={givenUp} destroyOnHidden>
      <p>{t("proof.text")}</p>
      {confirm.error && (
        <Alert
          type="error"
          showIcon
          role="alert"
          className="sign-in-error"
          title={
            confirm.error instanceof PasskeyGivenUp ? t("sign_in.passkey_failed") : reasonOf(confirm.error, t)
          }
        />
      )}
      <Form<{ proof: string }>
        layout="vertical"
        requiredMark={false}
        disabled={confirm.isPending}
        onFinish={({ proof }) => confirm.mutate(() => prove(proof.trim()))}
      >
        <Form.Item
          name="proof"
          label={t("proof.label")}
          rules={[{ required: true, message: t("account.password_missing") }]}
        >
          <Input type="password" autoComplete="current-password" maxLength={200} />
        </Form.Item>
        <div className="row-of-buttons">
          <Button type="primary" htmlType="submit" loading={confirm.isPending}>
            {t("proof.confirm")}
          </Button>
          {passkeysWork() && (
            <Button onClick={() => confirm.mutate(() => signInWithPasskey())}>
              {t("sign_in.use_passkey")}
            </Button>
          )}
          <Button onClick={givenUp}>{t("proof.cancel")}</Button>
        </div>
      </Form>
    </Modal>
  );
}
