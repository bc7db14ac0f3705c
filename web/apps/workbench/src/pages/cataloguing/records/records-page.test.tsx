import { CODE, sampleSearch, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

test("records are searched, and the address says how", async () => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/v1/search", ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json(sampleSearch);
    }),
  );
  const { user, address } = renderDesk("/records?open_status=unreviewed");
  expect(await screen.findByRole("link", { name: "关于兴修石门水库的指示" })).toBeDefined();
  expect(screen.getByText(CODE)).toBeDefined();
  expect(asked[0]).toContain("open_status=unreviewed");
  expect(await axeFindings()).toEqual([]);
  await user.type(screen.getByRole("searchbox", { name: "检索档案" }), "水库{Enter}");
  expect(address()).toBe("/records?open_status=unreviewed&q=水库");
  await user.click(screen.getByRole("button", { name: "下一页" }));
  expect(address()).toBe("/records?open_status=unreviewed&q=水库&cursor=next-20");
});
