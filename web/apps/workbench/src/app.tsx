import { sessionQuery } from "@lantai/client";
import { useWorkbenchTexts } from "@lantai/i18n/workbench";
import { ErrorBoundary } from "@lantai/ui";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Route, Routes, useLocation } from "react-router";
import { DangerProvider } from "./parts/danger";
import { DeskFrame } from "./parts/desk-frame";
import { BrokenNotice, FailureNotice, LostNotice } from "./parts/notices";
import { Theme } from "./theme";

const SignInPage = lazy(() => import("./pages/identity/sign-in/sign-in-page"));
const AccountPage = lazy(() => import("./pages/identity/account/account-page"));
const HomePage = lazy(() => import("./pages/identity/home/home-page"));
const PoliciesPage = lazy(() => import("./pages/identity/policies/policies-page"));
const AccessionsPage = lazy(() => import("./pages/intake/accessions/accessions-page"));
const NewAccessionPage = lazy(() => import("./pages/intake/new-accession/new-accession-page"));
const AccessionPage = lazy(() => import("./pages/intake/accession/accession-page"));
const TasksPage = lazy(() => import("./pages/intake/tasks/tasks-page"));
const ExceptionsPage = lazy(() => import("./pages/intake/exceptions/exceptions-page"));
const RegisterPage = lazy(() => import("./pages/intake/register/register-page"));
const ReportPage = lazy(() => import("./pages/intake/report/report-page"));
const QualityPage = lazy(() => import("./pages/intake/quality/quality-page"));
const NewLotPage = lazy(() => import("./pages/intake/quality/new-lot-page"));
const LotPage = lazy(() => import("./pages/intake/quality/lot-page"));
const InspectionPage = lazy(() => import("./pages/intake/quality-inspection/inspection-page"));
const FilingScopePage = lazy(() => import("./pages/intake/filing-scope/filing-scope-page"));
const AuditPage = lazy(() => import("./pages/identity/audit/audit-page"));
const PeoplePage = lazy(() => import("./pages/identity/people/people-page"));
const GrantsPage = lazy(() => import("./pages/identity/grants/grants-page"));
const ServicesPage = lazy(() => import("./pages/identity/services/services-page"));
const ReadersPage = lazy(() => import("./pages/identity/readers/readers-page"));
const RecordsPage = lazy(() => import("./pages/cataloguing/records/records-page"));
const RecordPage = lazy(() => import("./pages/cataloguing/record/record-page"));

export function App() {
  const { t } = useWorkbenchTexts();
  const { data: session, error, refetch } = useQuery(sessionQuery());
  const { pathname } = useLocation();
  const waiting = <p className="lt-offscreen">{t("state.loading")}</p>;
  if (error) {
    return (
      <Theme>
        <main className="alone">
          <h1 className="lt-offscreen">{t("desk.name")}</h1>
          <FailureNotice error={error} retry={() => void refetch()} />
        </main>
      </Theme>
    );
  }
  if (!session) return waiting;
  if (session.viewer.kind === "public") {
    return (
      <Theme>
        <DangerProvider>
          <Suspense fallback={waiting}>
            <SignInPage session={session} />
          </Suspense>
        </DangerProvider>
      </Theme>
    );
  }
  return (
    <Theme>
      <DangerProvider>
        <DeskFrame session={session}>
          <ErrorBoundary key={pathname} fallback={<BrokenNotice />}>
            <Suspense fallback={waiting}>
              <Routes>
                <Route path="/" element={<HomePage session={session} />} />
                <Route path="/accessions" element={<AccessionsPage />} />
                <Route path="/accessions/new" element={<NewAccessionPage />} />
                <Route path="/accessions/tasks" element={<TasksPage />} />
                <Route path="/accessions/:id/exceptions" element={<ExceptionsPage />} />
                <Route path="/accessions/:id/register" element={<RegisterPage />} />
                <Route path="/accessions/:id" element={<AccessionPage />} />
                <Route path="/accessions/:id/report" element={<ReportPage />} />
                <Route path="/quality" element={<QualityPage />} />
                <Route path="/quality/new" element={<NewLotPage />} />
                <Route path="/quality/:id" element={<LotPage />} />
                <Route path="/quality/:id/inspect" element={<InspectionPage />} />
                <Route path="/filing" element={<FilingScopePage />} />
                <Route path="/people" element={<PeoplePage />} />
                <Route path="/grants" element={<GrantsPage />} />
                <Route path="/services" element={<ServicesPage />} />
                <Route path="/readers" element={<ReadersPage />} />
                <Route path="/policies" element={<PoliciesPage />} />
                <Route path="/audit" element={<AuditPage session={session} />} />
                <Route path="/records" element={<RecordsPage />} />
                <Route path="/records/:code" element={<RecordPage />} />
                <Route path="/account" element={<AccountPage />} />
                <Route path="*" element={<LostNotice />} />
              </Routes>
            </Suspense>
          </ErrorBoundary>
        </DeskFrame>
      </DangerProvider>
    </Theme>
  );
}
