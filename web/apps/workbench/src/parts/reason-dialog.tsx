import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { Form, Input, type ButtonProps } from "antd";
import { FormDialog } from "./form-dialog";

interface ReasonDialogProps {
  title: string;
  intro: string;
  send: (reason: string) => Promise<unknown>;
  button?: ButtonProps;
}

/** Something that is done only with a reason. */
export function ReasonDialog({ title, intro, send, button }: ReasonDialogProps) {
  const { t } = useWorkbenchTexts();
  return (
    <FormDialog<{ reason: string }, unknown>
      title={title}
      intro={intro}
      button={{ danger: true, ...button }}
      send={({ reason }) => send(reason)}
    >
      <Form.Item
        name="reason"
        label={t("people.reason")}
        rules={[{ required: true, whitespace: true, message: t("people.reason_missing") }]}
      >
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
    </FormDialog>
  );
}
