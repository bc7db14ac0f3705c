import { problemAnswer, publicSession, server, staffSession } from "@lantai/client/testing";
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
  [429, "identity.locked", "这个账号已暂时锁定"],
  [403, "identity.not_active", "这个账号没有启用"],
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

test("after the password the code of the authenticator is asked for", async () => {
  const half = { ...publicSession, signing_in_as: "王芳", second_factor_needed: true };
  let sent: unknown;
  server.use(
    http.post("*/api/v1/session", () => HttpResponse.json({ ...half, second_factors: ["totp"] })),
    http.post("*/api/v1/session/second-factor", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(staffSession);
    }),
  );
  const { user } = renderDesk("/accessions", { signedIn: false });
  await user.type(await screen.findByLabelText("用户名"), "王芳");
  await user.type(screen.getByLabelText("口令"), "secret{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: "请再验证一次" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
  await user.type(screen.getByLabelText("验证码或恢复代码"), "123456{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: "接收" })).toBeDefined();
  expect(sent).toEqual({ code: "123456" });
});

test("a first password is changed before the desk opens", async () => {
  const half = { ...publicSession, signing_in_as: "王芳", password_must_change: true };
  let sent: unknown;
  server.use(
    http.get("*/api/v1/session", () => HttpResponse.json(half)),
    http.put("*/api/v1/account/password", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(staffSession);
    }),
  );
  const { user } = renderDesk("/accessions", { signedIn: false });
  expect(await screen.findByRole("heading", { level: 1, name: "请换一个口令" })).toBeDefined();
  await user.type(screen.getByLabelText("新口令"), "一句自己的话而已");
  await user.type(screen.getByLabelText("再输一遍新口令"), "另一句{Enter}");
  expect(await screen.findByText("两次输入不一样")).toBeDefined();
  expect(sent).toBeUndefined();
  await user.clear(screen.getByLabelText("再输一遍新口令"));
  await user.type(screen.getByLabelText("再输一遍新口令"), "一句自己的话而已{Enter}");
  expect(await screen.findByRole("heading", { level: 1, name: "接收" })).toBeDefined();
  expect(sent).toEqual({ old: null, new: "一句自己的话而已" });
});

test("who comes back refused from another provider is told why", async () => {
  server.use(
    http.get("*/api/v1/session", () => HttpResponse.json({ ...publicSession, provider: "统一认证" })),
  );
  renderDesk("/?refused=identity.not_linked", { signedIn: false });
  expect((await screen.findByRole("alert")).textContent).toContain("没有关联这里的账号");
  expect(screen.getByRole("link", { name: "用统一认证登录" }).getAttribute("href")).toBe(
    "/api/v1/session/provider",
  );
});
