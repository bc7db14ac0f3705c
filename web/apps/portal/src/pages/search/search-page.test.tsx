import { emptySearch, problemAnswer, sampleSearch, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderPortal } from "../../render-portal.test-helper";

test("shows what was found, how it was read, and the marked words", async () => {
  renderPortal("/search?q=水库");
  const list = await screen.findByRole("list", { name: "检索结果" });
  expect(within(list).getByRole("link", { name: "关于兴修石门水库的指示" })).toBeDefined();
  expect(within(list).getAllByText("水库", { selector: "mark" })).toHaveLength(2);
  expect(screen.getByText("找到 41 件")).toBeDefined();
  expect(screen.getByText("含 水库 · 日期 1958年")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("the address says everything that is asked of the server", async () => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/v1/search", ({ request }) => {
      asked.push(new URL(request.url).searchParams.toString());
      return HttpResponse.json(sampleSearch);
    }),
  );
  renderPortal(
    "/search?q=a&fonds=Q1&fonds=Q2&category=WS&year_from=1950&year_to=1959&retention=Y&open_status=open&has_content=true&sort=code&cursor=c&page=2",
  );
  await screen.findByRole("list", { name: "检索结果" });
  expect([...new URLSearchParams(asked[0])].sort()).toEqual(
    [
      ["category", "WS"],
      ["cursor", "c"],
      ["fonds", "Q1"],
      ["fonds", "Q2"],
      ["has_content", "true"],
      ["limit", "20"],
      ["open_status", "open"],
      ["q", "a"],
      ["retention", "Y"],
      ["sort", "code"],
      ["year_from", "1950"],
      ["year_to", "1959"],
    ].sort(),
  );
});

test("a facet narrows, begins at the first page again, and can be taken away", async () => {
  const { user, address } = renderPortal("/search?q=水库&cursor=c&page=2");
  const facets = await screen.findByRole("complementary", { name: "缩小范围" });
  await user.click(within(facets).getByRole("link", { name: /照片/ }));
  expect(address()).toBe("/search?q=水库&category=ZP");
  await user.click(await screen.findByRole("link", { name: "去掉条件：照片" }));
  expect(address()).toBe("/search?q=水库");
});

test("a decade becomes a span of years", async () => {
  const { user, address } = renderPortal("/search?q=水库");
  await user.click(await screen.findByRole("link", { name: /1950年代/ }));
  expect(address()).toBe("/search?q=水库&year_from=1950&year_to=1959");
});

test("pages go forward by the server's cursor and back the way one came", async () => {
  const { user, address } = renderPortal("/search?q=水库");
  await user.click(await screen.findByRole("link", { name: "下一页" }));
  expect(address()).toBe("/search?q=水库&cursor=next-20&page=2");
  await user.click(await screen.findByRole("link", { name: "上一页" }));
  expect(address()).toBe("/search?q=水库");
});

test("nothing found: the page says what to try", async () => {
  server.use(http.get("*/api/v1/search", () => HttpResponse.json(emptySearch)));
  renderPortal("/search?q=电报房&fonds=Q012");
  expect(await screen.findByRole("heading", { name: "没有找到相符的档案" })).toBeDefined();
  expect(screen.getByRole("link", { name: "全部去掉" })).toBeDefined();
  expect(await screen.findByRole("link", { name: "去掉条件：青溪县水利局" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("a refused question is answered with the server's reason", async () => {
  server.use(
    http.get("*/api/v1/search", () => problemAnswer(400, "search.query_invalid", "unbalanced quote")),
  );
  renderPortal("/search?q=%22a");
  expect((await screen.findByRole("alert")).textContent).toContain("unbalanced quote");
});
