import { publicSession, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderPortal } from "../../render-portal.test-helper";

test("shows the institution, its fonds and a way to search", async () => {
  renderPortal("/");
  expect(await screen.findByRole("heading", { level: 1, name: publicSession.institution })).toBeDefined();
  expect(await screen.findByRole("link", { name: "青溪县水利局" })).toBeDefined();
  expect(screen.getByRole("searchbox", { name: "在档案中检索" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("a question leads to its results", async () => {
  const { user, address } = renderPortal("/");
  await user.type(await screen.findByRole("searchbox"), " 水库 {Enter}");
  expect(address()).toBe("/search?q=水库");
});

test("the language is switched, said to the browser and remembered", async () => {
  const { user } = renderPortal("/");
  await user.click(await screen.findByRole("button", { name: "English" }));
  expect(await screen.findByRole("link", { name: "About" })).toBeDefined();
  expect(document.documentElement.lang).toBe("en");
  expect(localStorage.getItem("lantai.language")).toBe("en");
  expect(await axeFindings()).toEqual([]);
});

test("fonds that cannot be read are said, and asked for again", async () => {
  let failures = 0;
  server.use(
    http.get("*/api/v1/fonds", () => {
      failures += 1;
      return failures > 1 ? undefined : new HttpResponse(null, { status: 502 });
    }),
  );
  const { user } = renderPortal("/");
  await user.click(await screen.findByRole("button", { name: "再试一次" }));
  expect(await screen.findByRole("link", { name: "青溪县水利局" })).toBeDefined();
});
