import { returnedAccession, sampleAccession, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

test("lists what came in, with its state, and more on demand", async () => {
  server.use(
    http.get("*/api/v1/accessions", ({ request }) => {
      const second = new URL(request.url).searchParams.has("cursor");
      const item = second ? { ...returnedAccession, id: "b", name: "第二批" } : sampleAccession;
      return HttpResponse.json({ items: [item], next_cursor: second ? null : "c" });
    }),
  );
  const { user } = renderDesk("/accessions");
  await user.click(await screen.findByRole("button", { name: "再列出一些" }));
  const row = (await screen.findByRole("link", { name: "第二批" })).closest("tr");
  expect(row && within(row).getByText("已退回")).toBeTruthy();
  expect(row && within(row).getByText("1 处不合格")).toBeTruthy();
  expect(await axeFindings()).toEqual([]);
});

test("an empty list says how to begin", async () => {
  server.use(http.get("*/api/v1/accessions", () => HttpResponse.json({ items: [], next_cursor: null })));
  renderDesk("/accessions");
  expect(await screen.findByText("还没有接收过档案。")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});
