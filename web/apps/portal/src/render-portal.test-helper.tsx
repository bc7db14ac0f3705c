import { TextsProvider } from "@lantai/i18n";
import { portalTexts } from "@lantai/i18n/portal";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, useLocation } from "react-router";
import { App } from "./app";

function Address() {
  const { pathname, search } = useLocation();
  return <output data-testid="address">{pathname + search}</output>;
}

/** The whole portal at an address, as a reader meets it. */
export function renderPortal(address: string) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const user = userEvent.setup();
  const view = render(
    <QueryClientProvider client={queries}>
      <TextsProvider catalogues={portalTexts}>
        <MemoryRouter initialEntries={[address]}>
          <App />
          <div hidden>
            <Address />
          </div>
        </MemoryRouter>
      </TextsProvider>
    </QueryClientProvider>,
  );
  const addressNow = () => decodeURIComponent(view.getByTestId("address").textContent ?? "");
  return { ...view, user, address: addressNow };
}
