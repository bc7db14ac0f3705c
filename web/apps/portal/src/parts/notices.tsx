import { usePortalTexts } from "@lantai/i18n/portal";
import { describeError } from "@lantai/ui";
import type { ReactNode } from "react";

export function FailureNotice({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = usePortalTexts();
  return (
    <div role="alert" className="notice">
      <h2>{t("error.title")}</h2>
      <p>{t(describeError(error))}</p>
      <button type="button" className="button" onClick={retry}>
        {t("error.retry")}
      </button>
    </div>
  );
}

/** A part of the page threw: the frame still stands, and reloading is the only way on. */
export function BrokenNotice() {
  const { t } = usePortalTexts();
  return (
    <div role="alert" className="notice page">
      <h1>{t("error.title")}</h1>
      <p>{t("error.unexpected")}</p>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {t("error.reload")}
      </button>
    </div>
  );
}

export function GonePage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="page gone">
      <title>{title}</title>
      <p className="gone-mark" aria-hidden="true">
        ◌
      </p>
      <h1>{title}</h1>
      {children}
    </div>
  );
}
