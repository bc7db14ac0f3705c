import { problemAnswer, sampleDecision, sampleProposal, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const propose = () => http.post("*/api/v1/filing/proposals", () => HttpResponse.json([sampleProposal]));

test("says which row fired on which words, and a person confirms", async () => {
  const sent: unknown[] = [];
  server.use(
    http.post("*/api/v1/filing/proposals", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json([sampleProposal]);
    }),
    http.post("*/api/v1/filing/decisions", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json([{ ...sampleDecision, decided: sampleProposal.row }], { status: 201 });
    }),
  );
  const { user } = renderDesk("/filing");
  await user.type(await screen.findByLabelText("题名"), "关于石门渠用地的请示");
  await user.type(screen.getByLabelText("年度"), "2020");
  await user.click(screen.getByRole("checkbox", { name: "重要事项" }));
  await user.click(screen.getByRole("button", { name: "看看怎么归" }));
  expect(await screen.findByText("请示", { selector: "mark" })).toBeDefined();
  expect(screen.getByText("发文", { selector: "mark" })).toBeDefined();
  expect(screen.getByText("文书 › 业务 › 请示、报告与批复", { exact: false })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "确认建议" }));
  expect(await screen.findByText("已按第 5.2 条决定。")).toBeDefined();
  expect(sent[0]).toMatchObject({
    documents: [{ title: "关于石门渠用地的请示", year: 2020, facts: { importance: "high" } }],
  });
  expect(sent[1]).toMatchObject({ choices: [{ item_no: null, reason: null }] });
}, 120_000);

test("deciding otherwise needs a reason", async () => {
  const sent: unknown[] = [];
  server.use(
    propose(),
    http.post("*/api/v1/filing/decisions", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json([sampleDecision], { status: 201 });
    }),
  );
  const { user } = renderDesk("/filing");
  await user.type(await screen.findByLabelText("题名"), "关于征地的请示");
  await user.click(screen.getByRole("button", { name: "看看怎么归" }));
  await user.click(await screen.findByRole("button", { name: "改按此条" }, { timeout: 10_000 }));
  const decide = screen.getByRole<HTMLButtonElement>("button", { name: "决定" });
  expect(decide.disabled).toBe(true);
  await user.type(screen.getByLabelText("与建议不同，请写理由"), "涉及土地权属");
  await user.click(decide);
  expect(await screen.findByText("已按第 7.2 条决定。")).toBeDefined();
  expect(sent).toMatchObject([{ choices: [{ item_no: "7.2", reason: "涉及土地权属" }] }]);
}, 60_000);

test("where nothing fires a person is told so, and a refusal is told too", async () => {
  server.use(
    http.post("*/api/v1/filing/proposals", () =>
      HttpResponse.json([{ ...sampleProposal, verdict: "nothing_fires", row: null, alternatives: [] }]),
    ),
  );
  const { user } = renderDesk("/filing");
  await user.type(await screen.findByLabelText("题名"), "杂项");
  await user.click(screen.getByRole("button", { name: "看看怎么归" }));
  expect(await screen.findByText("没有一条适用，请人工选择。")).toBeDefined();
  server.use(
    http.post("*/api/v1/filing/proposals", () => problemAnswer(409, "filing.no_table", "no table holds")),
  );
  await user.click(screen.getByRole("button", { name: "看看怎么归" }));
  expect(await screen.findByText("没有适用于这个全宗和日期的表，请先导入。")).toBeDefined();
});

test("the table is browsed and searched, and decisions are listed", async () => {
  const { user } = renderDesk("/filing");
  const table = await screen.findByRole("table", { name: "规则表" });
  expect(within(table).getByText("不归档")).toBeDefined();
  await user.type(screen.getByRole("searchbox", { name: "在表中查找" }), "便函");
  expect(within(table).queryByText(/一般请示/)).toBeNull();
  expect(within(table).getByText(/重份文件/)).toBeDefined();
  const download = screen.getByRole("link", { name: "下载为表格（CSV）" });
  expect(download.getAttribute("href")).toBe("/api/v1/filing/tables/XZ-GENERAL%402026.1/sheet");
  const decisions = screen.getByRole("table", { name: "归档决定" });
  expect(within(decisions).getByText("与建议不同")).toBeDefined();
  expect(within(decisions).getByText("涉及土地权属")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
}, 60_000);
