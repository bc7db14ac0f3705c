import type { Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { NavLink } from "react-router";
import { may } from "./may";

/** The ways to people, for whoever may see them. */
export function PeopleLinks({ session }: { session: Schemas["SessionBody"] }) {
  const { t } = useWorkbenchTexts();
  return (
    <>
      {may(session, "view_people") && (
        <>
          <NavLink to="/people">{t("desk.people")}</NavLink>
          <NavLink to="/grants">{t("desk.grants")}</NavLink>
          <NavLink to="/services">{t("desk.services")}</NavLink>
        </>
      )}
      {may(session, "verify_readers") && <NavLink to="/readers">{t("desk.readers")}</NavLink>}
    </>
  );
}
