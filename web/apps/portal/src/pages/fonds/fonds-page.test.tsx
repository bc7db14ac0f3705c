import { problemAnswer, sampleHit, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderPortal } from "../../render-portal.test-helper";

test("the list of fonds tells where each comes from", async () => {
  renderPortal("/fonds");
  expect(await screen.findByRole("heading", { level: 2, name: "青溪县水利局" })).toBeDefined();
  expect(screen.getByText(/农田水利股/)).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("a fonds shows its history and its records, more on demand", async () => {
  server.use(
    http.get("*/api/v1/fonds/:number/records", ({ request }) => {
      const second = new URL(request.url).searchParams.get("cursor") === "c2";
      const item = second
        ? { ...sampleHit, record: sampleHit.record.replace(/1$/, "2"), title: "第二件" }
        : sampleHit;
      return HttpResponse.json({ items: [item], next_cursor: second ? null : "c2" });
    }),
  );
  const { user } = renderPortal("/fonds/Q012");
  const table = await screen.findByRole("table", { name: "全宗目录" });
  expect(within(table).getAllByRole("row")).toHaveLength(2);
  expect(await axeFindings()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "再列出一些" }));
  expect(await screen.findByRole("link", { name: "第二件" })).toBeDefined();
  expect(screen.queryByRole("button", { name: "再列出一些" })).toBeNull();
});

test("searching in a fonds keeps it", async () => {
  const { user, address } = renderPortal("/fonds/Q012");
  await user.type(await screen.findByRole("searchbox", { name: "在本全宗内检索" }), "水库{Enter}");
  expect(address()).toBe("/search?q=水库&fonds=Q012");
});

test("an unknown number is said to be none", async () => {
  server.use(http.get("*/api/v1/fonds/:number", () => problemAnswer(404, "access.not_found")));
  renderPortal("/fonds/Z999");
  expect(await screen.findByRole("heading", { level: 1, name: "没有这个全宗" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});
