import { signOut, type Schemas } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, type ReactNode } from "react";
import { Link, NavLink, useLocation, useNavigationType } from "react-router";
import { may } from "./may";
import { LanguageSwitch } from "./language-switch";
import { PeopleLinks } from "./people-links";

interface DeskFrameProps {
  session: Schemas["SessionBody"];
  children: ReactNode;
}

export function DeskFrame({ session, children }: DeskFrameProps) {
  const { t } = useWorkbenchTexts();
  const queries = useQueryClient();
  // What was read as staff must not stay in memory for the next person at this desk.
  const leave = useMutation({ mutationFn: signOut, onSettled: () => queries.resetQueries() });
  const main = useFocusOnNewPage();
  return (
    <>
      <a className="lt-skip" href="#main">
        {t("skip.to_content")}
      </a>
      <header className="desk-header">
        <Link to="/" className="desk-brand">
          <span className="desk-seal" aria-hidden="true">
            {t("brand.seal")}
          </span>
          <span>
            {session.institution} <span className="desk-brand-name">{t("desk.name")}</span>
          </span>
        </Link>
        <nav aria-label={t("desk.nav")} className="desk-nav">
          <NavLink to="/" end>
            {t("desk.overview")}
          </NavLink>
          {may(session, "receive") && <NavLink to="/accessions">{t("desk.accessions")}</NavLink>}
          {may(session, "inspect_quality") && <NavLink to="/quality">{t("desk.quality")}</NavLink>}
          {may(session, "file") && <NavLink to="/filing">{t("desk.filing")}</NavLink>}
          {may(session, "view_entry") && <NavLink to="/records">{t("desk.records")}</NavLink>}
          <PeopleLinks session={session} />
          {may(session, "view_alerts") && <NavLink to="/audit">{t("desk.audit")}</NavLink>}
          {may(session, "view_policies") && <NavLink to="/policies">{t("desk.policies")}</NavLink>}
        </nav>
        <div className="desk-person">
          <a href="/">{t("desk.portal")}</a>
          <LanguageSwitch />
          <NavLink to="/account" className="desk-person-name" title={t("desk.account")}>
            {t("desk.signed_in_as", { name: session.viewer.name ?? "" })}
          </NavLink>
          <button type="button" onClick={() => leave.mutate()}>
            {t("desk.sign_out")}
          </button>
        </div>
      </header>
      <main id="main" className="desk-main" tabIndex={-1} ref={main}>
        {children}
      </main>
    </>
  );
}

/** A new page begins at its top, for the eye and for the screen reader; going back keeps the place. */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const { pathname, hash } = useLocation();
  const kind = useNavigationType();
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    // a part of the page that was asked for takes the focus itself, once it is there
    if (kind === "POP" || hash !== "") return;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname, hash, kind]);
  return main;
}
