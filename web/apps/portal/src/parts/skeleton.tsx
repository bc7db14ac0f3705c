import { usePortalTexts } from "@lantai/i18n/portal";
import { useDelayed } from "@lantai/ui";

/** Grey lines while something loads, only when it takes long enough to be noticed. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const { t } = usePortalTexts();
  const visible = useDelayed(true);
  if (!visible) return null;
  return (
    <div className="skeleton" role="status">
      <span className="lt-offscreen">{t("state.loading")}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} aria-hidden="true" />
      ))}
    </div>
  );
}
