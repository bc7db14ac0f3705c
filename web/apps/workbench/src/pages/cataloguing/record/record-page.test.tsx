import { CODE, problemAnswer, sampleRecord, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const ADDRESS = `/records/${encodeURIComponent(CODE)}`;
const closed = { ...sampleRecord, open_status: "unreviewed" as const, open_ground: null };

/** A server that remembers the last decision. */
function deciding() {
  let record: typeof sampleRecord = closed;
  const decisions: unknown[] = [];
  server.use(
    http.get("*/api/v1/records/:code", () => HttpResponse.json(record)),
    http.post("*/api/v1/records/:code/opening", async ({ request }) => {
      const decision = (await request.json()) as { status: "open"; ground: string };
      decisions.push(decision);
      record = { ...record, open_status: decision.status, open_ground: decision.ground };
      return HttpResponse.json(record);
    }),
  );
  return decisions;
}

test("metadata, files with digests, and the history", async () => {
  renderDesk(ADDRESS);
  expect(await screen.findByRole("heading", { level: 1, name: sampleRecord.title })).toBeDefined();
  expect(screen.getByText("Q012 青溪县水利局")).toBeDefined();
  const files = screen.getByRole("table", { name: "文件" });
  expect(within(files).getByRole("link", { name: "第1页.jpg" })).toBeDefined();
  expect(await within(files).findByRole("button", { name: "复制 第1页.jpg 的 SM3 摘要" })).toBeDefined();
  expect(await screen.findByText("入库")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("a decision needs a ground, is confirmed, and can be undone", async () => {
  const decisions = deciding();
  const { user } = renderDesk(ADDRESS);
  await user.click(await screen.findByRole("button", { name: "作出开放决定" }));
  const dialog = await screen.findByRole("dialog");
  expect(await axeFindings()).toEqual([]);
  await user.click(within(dialog).getByRole("radio", { name: "开放" }));
  expect(within(dialog).getByText(/任何人都可以在读者门户查到/)).toBeDefined();
  await user.click(within(dialog).getByRole("button", { name: "确定" }));
  expect(await within(dialog).findByText("请写明依据，它会记入保存历史")).toBeDefined();
  await user.type(within(dialog).getByLabelText("依据与理由"), "满二十五年");
  await user.click(within(dialog).getByRole("button", { name: "确定" }));
  expect(await screen.findByText("已改为“开放”。")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "撤销，改回“待审核”" }));
  expect(await screen.findByText("已撤销，恢复为“待审核”。")).toBeDefined();
  expect(decisions).toEqual([
    { status: "open", ground: "满二十五年" },
    { status: "unreviewed", ground: "撤销刚才的决定" },
  ]);
});

test("a refused decision keeps the dialog and gives the reason", async () => {
  deciding();
  server.use(
    http.post("*/api/v1/records/:code/opening", () =>
      problemAnswer(409, "cataloguing.transition_refused", "a record that is not due cannot be opened"),
    ),
  );
  const { user } = renderDesk(ADDRESS);
  await user.click(await screen.findByRole("button", { name: "作出开放决定" }));
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByLabelText("依据与理由"), "满二十五年");
  await user.click(within(dialog).getByRole("button", { name: "确定" }));
  expect((await within(dialog).findByRole("alert")).textContent).toContain("not due");
});
