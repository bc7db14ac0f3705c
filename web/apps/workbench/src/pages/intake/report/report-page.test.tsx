import { returnedAccession, sampleFinding, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const ADDRESS = `/accessions/${returnedAccession.id}/report`;

function answer() {
  server.use(
    http.get("*/api/v1/accessions/:id", () => HttpResponse.json(returnedAccession)),
    http.get("*/api/v1/accessions/:id/findings", ({ request }) => {
      const severity = new URL(request.url).searchParams.get("severity");
      const items = severity === null || severity === "blocker" ? [sampleFinding] : [];
      return HttpResponse.json({ items, next_cursor: null });
    }),
  );
}

test("verdict, checks by property, and each fault with how to mend it", async () => {
  answer();
  renderDesk(ADDRESS);
  expect(await screen.findByText("不合格，退回")).toBeDefined();
  const table = screen.getByRole("table", { name: "四性检测结果" });
  expect(within(table).getByRole("rowheader", { name: "档号规范性检测" })).toBeDefined();
  expect(within(table).getByText("不通过")).toBeDefined();
  expect(await screen.findByText("按《档号编制规则》更正档号")).toBeDefined();
  expect(screen.getByText("文件 catalogue.csv · 著录项 档号")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("findings are filtered by severity, in the address", async () => {
  answer();
  const { user, address } = renderDesk(ADDRESS);
  await screen.findByText("按《档号编制规则》更正档号");
  await user.click(screen.getByRole("radio", { name: "轻微" }));
  expect(await screen.findByText("没有这一级的问题。")).toBeDefined();
  expect(address()).toBe(`${ADDRESS}?severity=minor`);
});
