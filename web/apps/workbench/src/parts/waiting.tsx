import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useDelayed } from "@lantai/ui";
import { Skeleton } from "antd";

/** Grey lines while something loads, only when it takes long enough to be noticed. */
export function Waiting({ rows = 8 }: { rows?: number }) {
  const { t } = useWorkbenchTexts();
  const visible = useDelayed(true);
  if (!visible) return null;
  return (
    <div role="status">
      <span className="lt-offscreen">{t("state.loading")}</span>
      <Skeleton active={false} title={false} paragraph={{ rows }} />
    </div>
  );
}
