import { server, staffSession } from "@lantai/client/testing";
import { TextsProvider } from "@lantai/i18n";
import { workbenchTexts } from "@lantai/i18n/workbench";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent, { PointerEventsCheckLevel } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { MemoryRouter, useLocation } from "react-router";
import { App } from "./app";

function Address() {
  const { pathname, search } = useLocation();
  return <output data-testid="address">{pathname + search}</output>;
}

/** The whole workbench at an address, signed in unless said otherwise. */
export function renderDesk(address: string, { signedIn = true } = {}) {
  if (signedIn) server.use(http.get("*/api/v1/session", () => HttpResponse.json(staffSession)));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  // A button of a group is an input that lets clicks through to its label; a browser knows, the check here does not.
  const user = userEvent.setup({ pointerEventsCheck: PointerEventsCheckLevel.Never });
  const view = render(
    <QueryClientProvider client={queries}>
      <TextsProvider catalogues={workbenchTexts}>
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
