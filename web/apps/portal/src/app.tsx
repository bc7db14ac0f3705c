import { usePortalTexts } from "@lantai/i18n/portal";
import { ErrorBoundary } from "@lantai/ui";
import { lazy, Suspense } from "react";
import { Route, Routes, useLocation } from "react-router";
import { HomePage } from "./pages/home/home-page";
import { SearchPage } from "./pages/search/search-page";
import { BrokenNotice } from "./parts/notices";
import { SiteFrame } from "./parts/site-frame";

const RecordPage = lazy(() => import("./pages/record/record-page"));
const FondsListPage = lazy(() => import("./pages/fonds-list/fonds-list-page"));
const FondsPage = lazy(() => import("./pages/fonds/fonds-page"));
const AboutPage = lazy(() => import("./pages/about/about-page"));
const NotFoundPage = lazy(() => import("./pages/not-found/not-found-page"));

export function App() {
  const { t } = usePortalTexts();
  const { pathname } = useLocation();
  return (
    <SiteFrame>
      <ErrorBoundary key={pathname} fallback={<BrokenNotice />}>
        <Suspense fallback={<p className="lt-offscreen">{t("state.loading")}</p>}>
          <Routes>
            <Route path="/" element={<HomePage />} />
            <Route path="/search" element={<SearchPage />} />
            <Route path="/records/:code" element={<RecordPage />} />
            <Route path="/fonds" element={<FondsListPage />} />
            <Route path="/fonds/:number" element={<FondsPage />} />
            <Route path="/about" element={<AboutPage />} />
            <Route path="*" element={<NotFoundPage />} />
          </Routes>
        </Suspense>
      </ErrorBoundary>
    </SiteFrame>
  );
}
