import { problemAnswer, server, staffSession } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

test("one sees how one proves who one is, and where one is signed in", async () => {
  renderDesk("/account");
  expect(await screen.findByRole("heading", { level: 1, name: "我的账号" })).toBeDefined();
  expect(await screen.findByText("办公室电脑")).toBeDefined();
  expect(screen.getByText("还剩 8 个")).toBeDefined();
  expect(await screen.findByText("Firefox, Linux")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("another session is ended", async () => {
  let ended: string | readonly string[] | undefined;
  server.use(
    http.delete("*/api/v1/account/sessions/:id", ({ params }) => {
      ended = params["id"];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = renderDesk("/account");
  await user.click(await screen.findByRole("button", { name: "让它退出" }));
  expect(await screen.findByText("已经退出。")).toBeDefined();
  expect(ended).toBe("there");
});

test("what is dangerous asks for a proof, and is done when it is given", async () => {
  let proved = false;
  let removed = false;
  server.use(
    http.post("*/api/v1/session/proof", () => {
      proved = true;
      return HttpResponse.json(staffSession);
    }),
    http.delete("*/api/v1/account/totp", () => {
      if (!proved) return problemAnswer(403, "identity.proof_needed");
      removed = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = renderDesk("/account");
  await user.click(await screen.findByRole("button", { name: "停用验证器" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByLabelText("口令或验证码"), "secret");
  await user.click(dialog.getByRole("button", { name: "确认" }));
  await expect.poll(() => removed).toBe(true);
});

test("new recovery codes are shown once", async () => {
  server.use(
    http.post("*/api/v1/account/recovery-codes", () =>
      HttpResponse.json({ codes: ["abcde-fghjk", "mnpqr-stuvw"] }, { status: 201 }),
    ),
  );
  const { user } = renderDesk("/account");
  await user.click(await screen.findByRole("button", { name: "换一组恢复代码" }));
  expect(await screen.findByText("abcde-fghjk")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "我已经收好了" }));
  expect(screen.queryByText("abcde-fghjk")).toBeNull();
});
