import { shouldAskAgain } from "@lantai/client";
import { TextsProvider } from "@lantai/i18n";
import { portalTexts } from "@lantai/i18n/portal";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App } from "./app";
import "@lantai/ui/base.css";
import "./styles/base.css";
import "./styles/site.css";
import "./styles/home.css";
import "./styles/results.css";
import "./styles/record.css";
import "./styles/viewer.css";
import "./styles/fonds.css";
import "./styles/print.css";

const queries = new QueryClient({
  defaultOptions: { queries: { retry: shouldAskAgain, staleTime: 15_000, refetchOnWindowFocus: false } },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <TextsProvider catalogues={portalTexts}>
          <BrowserRouter>
            <App />
          </BrowserRouter>
        </TextsProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
