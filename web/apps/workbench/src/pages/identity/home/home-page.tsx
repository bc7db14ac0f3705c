import { type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { lazy } from "react";
import { may } from "../../../parts/may";

const OverviewPage = lazy(() => import("../../supervision/overview/overview-page"));

/** The archive at a glance for those who may see figures; the others begin with what their posts allow. */
export default function HomePage({ session }: { session: Schemas["SessionBody"] }) {
  const { t } = useWorkbenchTexts();
  if (may(session, "view_figures")) return <OverviewPage />;
  const holdsNothing = session.viewer.actions.length === 0;
  return (
    <>
      <title>{`${t("home.title")} · ${t("desk.name")}`}</title>
      <h1>{t("home.greeting", { name: session.viewer.name ?? "" })}</h1>
      <p>{holdsNothing ? t("home.nothing") : t("home.text")}</p>
    </>
  );
}
