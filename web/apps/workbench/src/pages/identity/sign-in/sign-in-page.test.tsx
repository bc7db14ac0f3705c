import { problemAnswer, server, staffSession } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

test("whoever is not signed in is asked to, and then is where they wanted to go", async () => {
  let sent: unknown;
  server.use(
    http.post("*/api/v1/session", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(staffSession);
    }),
  );
  const { user } = renderDesk("/accessions", { signedIn: false });
  expect(await screen.findByRole("heading", { level: 1, name: "登录工作台" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
  await user.type(screen.getByLabelText("用户名"), "admin");
  await user.type(screen.getByLabelText("口令"), "secret{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: "接收" })).toBeDefined();
  expect(sent).toEqual({ name: "admin", password: "secret" });
});

test.each([
  [401, "identity.wrong_credentials", "用户名或口令不对。"],
  [429, "identity.throttled", "尝试次数太多，请过几分钟再来。"],
])("a refusal (%i) is explained", async (status, code, text) => {
  server.use(http.post("*/api/v1/session", () => problemAnswer(status, code)));
  const { user } = renderDesk("/", { signedIn: false });
  await user.type(await screen.findByLabelText("用户名"), "admin");
  await user.type(screen.getByLabelText("口令"), "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain(text);
});

test("signing out leads back to the sign-in", async () => {
  let left = false;
  server.use(
    http.delete("*/api/v1/session", () => {
      left = true;
      server.resetHandlers();
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = renderDesk("/records");
  await user.click(await screen.findByRole("button", { name: "退出" }));
  expect(await screen.findByRole("heading", { level: 1, name: "登录工作台" })).toBeDefined();
  expect(left).toBe(true);
});
