import { sessionQuery } from "@lantai/client";
import { usePortalTexts } from "@lantai/i18n/portal";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, type ReactNode } from "react";
import { Link, NavLink, useLocation, useNavigationType } from "react-router";
import { LanguageSwitch } from "./language-switch";
import { SearchBox } from "./search-box";

export function SiteFrame({ children }: { children: ReactNode }) {
  const { t } = usePortalTexts();
  const { data: session } = useQuery(sessionQuery());
  const { pathname } = useLocation();
  const main = useFocusOnNewPage();
  const institution = session?.institution;
  return (
    <>
      <a className="lt-skip" href="#main">
        {t("skip.to_content")}
      </a>
      <header className="site-header">
        <div className="site-header-inner">
          <Link to="/" className="brand">
            <span className="seal" aria-hidden="true">
              {t("brand.seal")}
            </span>
            {institution ? (
              <span className="brand-name">{institution}</span>
            ) : (
              <span className="lt-offscreen">{t("brand.name")}</span>
            )}
          </Link>
          {pathname !== "/" && <SearchBox compact />}
          <nav aria-label={t("site.nav")} className="site-nav">
            <NavLink to="/fonds">{t("site.fonds")}</NavLink>
            <NavLink to="/about">{t("site.about")}</NavLink>
            <LanguageSwitch />
          </nav>
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        {children}
      </main>
      <footer className="site-footer">
        <div className="site-footer-inner">
          <p>
            <strong>{institution}</strong> {t("site.open_note")}
          </p>
          <p className="site-footer-links">
            <a href="/workbench/">{t("site.staff")}</a>
            {session && <span>{t("site.version", { version: session.version })}</span>}
          </p>
        </div>
      </footer>
    </>
  );
}

/** A new page begins at its top, for the eye and for the screen reader; going back keeps the place. */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const { pathname, search } = useLocation();
  const cursor = new URLSearchParams(search).get("cursor");
  const kind = useNavigationType();
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    if (kind === "POP") return;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname, cursor, kind]);
  return main;
}
