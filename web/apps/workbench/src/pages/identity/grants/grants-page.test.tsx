import type { Schemas } from "@lantai/client";
import { server, staffSession } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const proposed: Schemas["WaitingBody"] = {
  kind: "holding",
  id: "30000000-0000-4000-8000-000000000001",
  asked_by: { id: "30000000-0000-4000-8000-000000000002", name: "系统管理员" },
  asked_at: "2026-03-01T01:00:00Z",
  person: { id: "30000000-0000-4000-8000-000000000003", name: "李敏" },
  account: null,
  name: "征集科收件",
  institution: "青溪县档案馆",
  scope: { role: "receiver", fonds: ["Q012"], categories: null, clearance: "internal", actions: ["receive"] },
  from: "2026-03-01T01:00:00Z",
  until: null,
  takes_over_from: null,
  is_own: false,
};

function signedInAs(actions: string[]) {
  const session = { ...staffSession, viewer: { ...staffSession.viewer, actions } };
  server.use(http.get("*/api/v1/session", () => HttpResponse.json(session)));
}

function waiting(grants: Schemas["WaitingBody"][]) {
  server.use(
    http.get("*/api/v1/grants/waiting", () => HttpResponse.json({ items: grants, next_cursor: null })),
  );
}

test("the security administrator reads in words what would be allowed, and agrees", async () => {
  signedInAs(["view_people", "confirm_grants", "withdraw_grants"]);
  waiting([proposed]);
  let agreed = "";
  server.use(
    http.post("*/api/v1/holdings/:id/agreement", ({ params }) => {
      agreed = String(params["id"]);
      waiting([]);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = renderDesk("/grants", { signedIn: false });
  expect(await screen.findByRole("heading", { name: "由李敏担任青溪县档案馆的征集科收件" })).toBeDefined();
  expect(screen.getByText("移交、接收")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "同意" }));
  const [, confirm] = await screen.findAllByRole("button", { name: "同意" });
  if (confirm) await user.click(confirm);
  expect(await screen.findByText("没有等待确认的授权。")).toBeDefined();
  expect(agreed).toBe(proposed.id);
});

test("whoever asked is told that somebody else decides", async () => {
  signedInAs(["view_people", "manage_accounts", "withdraw_grants"]);
  waiting([{ ...proposed, is_own: true }]);
  renderDesk("/grants", { signedIn: false });
  expect(await screen.findByText(/须由别人确认/)).toBeDefined();
  expect(screen.queryByRole("button", { name: "同意" })).toBeNull();
  expect(screen.getByRole("button", { name: "撤回" })).toBeDefined();
});
