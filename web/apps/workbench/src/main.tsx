import { Problem, sessionQuery, shouldAskAgain } from "@lantai/client";
import { TextsProvider } from "@lantai/i18n";
import { workbenchTexts } from "@lantai/i18n/workbench";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App } from "./app";
import { markStyles, styleNonce } from "./style-nonce";
import "@lantai/ui/base.css";
import "./styles/desk.css";
import "./styles/pages.css";
import "./styles/intake.css";
import "./styles/exceptions.css";
import "./styles/people.css";
import "./styles/quality.css";
import "./styles/audit.css";
import "./styles/account.css";

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      // The session has ended: ask who is looking, and the sign-in page appears by itself.
      if (error instanceof Problem && error.status === 401) {
        void queries.invalidateQueries({ queryKey: sessionQuery().queryKey });
      }
    },
  }),
  defaultOptions: { queries: { retry: shouldAskAgain, staleTime: 5_000, refetchOnWindowFocus: true } },
});

if (styleNonce) markStyles(styleNonce);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <TextsProvider catalogues={workbenchTexts}>
          <BrowserRouter basename="/workbench">
            <App />
          </BrowserRouter>
        </TextsProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
