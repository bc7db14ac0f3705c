import {
  arbitratedLot,
  inspectedLot,
  problemAnswer,
  returnedLot,
  sampleLot,
  server,
} from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const PREVIEW = {
  plan: sampleLot.plan,
  series: "Q012",
  strata: [{ name: "", pieces: 1000 }],
  strata_total: 1,
};

test("lists the lots with their state and sample", async () => {
  renderDesk("/quality");
  const row = (await screen.findByRole("link", { name: "水利局扫描第一批" })).closest("tr");
  expect(row && within(row).getByText("待检查")).toBeTruthy();
  expect(row && within(row).getByText(/125 \/ 1,?000/)).toBeTruthy();
  expect(await axeFindings()).toEqual([]);
});

test("an empty list says where lots come from", async () => {
  server.use(http.get("*/api/v1/quality/lots", () => HttpResponse.json({ items: [], next_cursor: null })));
  renderDesk("/quality");
  expect(await screen.findByText("还没有检验批。")).toBeDefined();
});

test("a lot is worked out before it is drawn, and anew when a field changes", async () => {
  const sent: unknown[] = [];
  server.use(
    http.post("*/api/v1/quality/previews", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(PREVIEW);
    }),
    http.post("*/api/v1/quality/lots", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(sampleLot, { status: 201 });
    }),
  );
  const { user, address } = renderDesk("/quality/new?again=returned");
  await user.type(await screen.findByLabelText("检查人"), "li， wang");
  await user.click(screen.getByRole("button", { name: "算一算" }));
  const panel = await screen.findByRole("region", { name: "抽样结果预览" });
  expect(within(panel).getByText("125", { selector: "dd" })).toBeDefined();
  expect(within(panel).getByText("AQL 0.1")).toBeDefined();
  await user.type(screen.getByLabelText("档号开头"), "Q012-WS");
  expect(screen.queryByRole("region", { name: "抽样结果预览" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "算一算" }));
  await user.click(await screen.findByRole("button", { name: "抽样" }));
  expect(await screen.findByText("还没有人开始检查。")).toBeDefined();
  expect(address()).toBe(`/quality/${sampleLot.id}`);
  expect(sent).toHaveLength(3);
  expect(sent[2]).toMatchObject({
    plan: "rate-5",
    inspectors: ["li", "wang"],
    again: "returned",
    code_prefix: "Q012-WS",
  });
}, 60_000);

test("what cannot be drawn is said in the server's words", async () => {
  server.use(
    http.post("*/api/v1/quality/previews", () =>
      problemAnswer(400, "quality.lot_empty", "no file of the accession is chosen"),
    ),
  );
  const { user } = renderDesk("/quality/new");
  await user.click(await screen.findByRole("button", { name: "算一算" }));
  expect(await screen.findByText("没有选中任何文件，请放宽范围。")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("whoever has no seat takes one and begins", async () => {
  let lot = sampleLot;
  server.use(
    http.get("*/api/v1/quality/lots/:id", () => HttpResponse.json(lot)),
    http.post("*/api/v1/quality/lots/:id/seat", () => {
      lot = inspectedLot;
      return HttpResponse.json(lot);
    }),
  );
  const { user, address } = renderDesk(`/quality/${sampleLot.id}`);
  expect(await screen.findByText("两位检查人都交出之前，任何人都看不到对方的标记。")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "领取席位并开始" }));
  expect(await screen.findByText("第 1 / 3 页，已查 0")).toBeDefined();
  expect(address()).toBe(`/quality/${sampleLot.id}/inspect`);
});

test("a lot is concluded when everything disputed is decided, not before", async () => {
  let lot = arbitratedLot;
  server.use(
    http.get("*/api/v1/quality/lots/:id", () => HttpResponse.json(lot)),
    http.post("*/api/v1/quality/lots/:id/conclusion", () => {
      lot = returnedLot;
      return HttpResponse.json(lot);
    }),
  );
  const first = renderDesk(`/quality/${sampleLot.id}`);
  expect(await screen.findByText("1 处意见不一，须由第三人裁定。")).toBeDefined();
  expect(screen.queryByRole("button", { name: "按规则下结论" })).toBeNull();
  first.unmount();
  lot = { ...arbitratedLot, seats: arbitratedLot.seats.map((seat) => ({ ...seat, marked: 1 })) };
  const { user } = renderDesk(`/quality/${sampleLot.id}`);
  await user.click(await screen.findByRole("button", { name: "按规则下结论" }));
  await user.click(await screen.findByRole("button", { name: "下结论" }));
  const table = await screen.findByRole("table", { name: "判定规则" });
  expect(await within(table).findByText("超限")).toBeDefined();
  expect(await screen.findByText("第2页后缺一页")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("a withdrawal needs a reason", async () => {
  const reasons: unknown[] = [];
  const answer = () =>
    HttpResponse.json(
      reasons.length === 0 ? sampleLot : { ...sampleLot, state: "withdrawn", withdrawn_reason: "重新扫描" },
    );
  server.use(
    http.get("*/api/v1/quality/lots/:id", answer),
    http.post("*/api/v1/quality/lots/:id/withdrawal", async ({ request }) => {
      reasons.push(await request.json());
      return answer();
    }),
  );
  const { user } = renderDesk(`/quality/${sampleLot.id}`);
  await user.click(await screen.findByRole("button", { name: "撤回此批" }));
  const dialog = await screen.findByRole("dialog");
  const confirm = within(dialog).getByRole<HTMLButtonElement>("button", { name: "撤回此批" });
  expect(confirm.disabled).toBe(true);
  await user.type(within(dialog).getByLabelText("撤回原因"), "重新扫描");
  await user.click(confirm);
  expect(await screen.findByText("撤回原因：重新扫描")).toBeDefined();
  expect(reasons).toEqual([{ reason: "重新扫描" }]);
});
