import { isNotFound, Problem } from "@lantai/client";
import { useWorkbenchTexts, type WorkbenchKey } from "@lantai/i18n/workbench";
import { describeError } from "@lantai/ui";
import { Alert, Button } from "antd";
import { Link } from "react-router";

export function FailureNotice({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useWorkbenchTexts();
  if (isNotFound(error))
    return <Alert type="warning" showIcon title={t("desk.gone_title")} description={t("desk.gone")} />;
  return (
    <Alert
      type="error"
      showIcon
      title={t("error.title")}
      description={t(describeError(error))}
      action={<Button onClick={retry}>{t("error.retry")}</Button>}
    />
  );
}

export function BrokenNotice() {
  const { t } = useWorkbenchTexts();
  return (
    <Alert
      type="error"
      showIcon
      title={t("error.title")}
      description={t("error.unexpected")}
      action={<Button onClick={() => window.location.reload()}>{t("error.reload")}</Button>}
    />
  );
}

export function LostNotice() {
  const { t } = useWorkbenchTexts();
  return (
    <>
      <title>{t("desk.lost")}</title>
      <h1>{t("desk.lost")}</h1>
      <p>{t("desk.lost_text")}</p>
      <p>
        <Link to="/">{t("desk.overview")}</Link>
      </p>
    </>
  );
}

/** A sentence on what went wrong with an action: the server's own words when it refused. */
export function reasonOf(
  error: unknown,
  t: (key: WorkbenchKey, values?: Record<string, string>) => string,
): string {
  if (error instanceof Problem) {
    const key = `problem.${error.code}`;
    const own = t(key as WorkbenchKey, { detail: error.detail ?? "" });
    if (own !== key) return own;
    if (error.status < 500) return error.detail ?? error.message;
  }
  return t(describeError(error));
}
