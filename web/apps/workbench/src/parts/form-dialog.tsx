import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Modal, type ButtonProps } from "antd";
import { useId, useState, type ReactNode } from "react";
import { useDangerous } from "./danger";
import { reasonOf } from "./notices";

interface FormDialogProps<Fields, Answer> {
  /** The words of the button and of the dialog. */
  title: string;
  /** What stands above the fields. */
  intro?: string;
  initial?: Partial<Fields>;
  send: (fields: Fields) => Promise<Answer>;
  /** What is shown once it is done; without it the dialog closes. */
  after?: (answer: Answer) => ReactNode;
  button?: ButtonProps;
  children: ReactNode;
}

/** A button that opens a form; what the server refuses is told in the form, and nothing that was typed is lost. */
export function FormDialog<Fields extends object, Answer>({
  title,
  intro,
  initial,
  send,
  after,
  button,
  children,
}: FormDialogProps<Fields, Answer>) {
  const { t } = useWorkbenchTexts();
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState<ReactNode>(null);
  const [form] = Form.useForm<Fields>();
  const name = useId().replace(/\W/g, "");
  const queries = useQueryClient();
  const dangerous = useDangerous();
  const refresh = () => void queries.invalidateQueries({ queryKey: ["people"] });
  const close = () => {
    // not before: what is around this dialog may go when it is seen that it was done, and what is shown with it
    if (shown !== null) refresh();
    setOpen(false);
    setShown(null);
  };
  const sending = useMutation({
    mutationFn: (fields: Fields) => dangerous(() => send(fields)),
    onSuccess: (answer) => {
      if (after) {
        setShown(after(answer));
        return;
      }
      refresh();
      close();
    },
  });
  const begin = () => {
    sending.reset();
    setShown(null);
    setOpen(true);
  };
  const isDone = shown !== null;
  return (
    <>
      <Button {...button} onClick={begin}>
        {title}
      </Button>
      <Modal
        open={open}
        title={title}
        okText={isDone ? t("people.understood") : title}
        cancelText={t("accession.cancel")}
        {...(isDone && { cancelButtonProps: { style: { display: "none" } } })}
        okButtonProps={{ loading: sending.isPending, danger: button?.danger === true && !isDone }}
        onOk={() => (isDone ? close() : form.submit())}
        onCancel={close}
        destroyOnHidden
      >
        {shown}
        {!isDone && (
          <>
            {intro && <p className="quiet">{intro}</p>}
            {sending.error && (
              <Alert
                type="error"
                showIcon
                title={t("people.failed")}
                description={reasonOf(sending.error, t)}
              />
            )}
          </>
        )}
        <div hidden={isDone}>
          <Form
            form={form}
            name={name}
            layout="vertical"
            preserve={false}
            {...(initial && { initialValues: initial as object })}
            onFinish={(fields: Fields) => sending.mutate(fields)}
          >
            {children}
          </Form>
        </div>
      </Modal>
    </>
  );
}
