import {
  arbitratedLot,
  disputedItems,
  inspectedLot,
  problemAnswer,
  sampleLot,
  sampleMark,
  server,
} from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

interface Sent {
  n: string;
  body: { defects: { class: string; page: number | null }[]; note: string | null } | null;
}

let sent: Sent[] = [];
const INSPECT = `/quality/${sampleLot.id}/inspect`;

beforeEach(() => {
  sent = [];
  server.use(
    http.get("*/api/v1/quality/lots/:id", () => HttpResponse.json(inspectedLot)),
    http.put("*/api/v1/quality/lots/:id/items/:n/mark", async ({ request, params }) => {
      const body = (await request.json()) as NonNullable<Sent["body"]>;
      sent.push({ n: String(params["n"]), body });
      return HttpResponse.json({ ...sampleMark, ...body });
    }),
    http.delete("*/api/v1/quality/lots/:id/items/:n/mark", ({ params }) => {
      sent.push({ n: String(params["n"]), body: null });
      return new HttpResponse(null, { status: 204 });
    }),
  );
});

test("the whole sample is inspected with the keyboard alone", async () => {
  let submitted = false;
  server.use(
    http.post("*/api/v1/quality/lots/:id/submission", () => {
      submitted = true;
      return HttpResponse.json({
        ...inspectedLot,
        seats: [{ ...inspectedLot.seats[0], marked: 3, submitted_at: "2026-03-03T09:00:00Z" }],
      });
    }),
  );
  const { user } = renderDesk(INSPECT);
  expect(await screen.findByRole("img", { name: /第 2 个文件/ })).toBeDefined();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("第 2 / 3 页，已查 1")).toBeDefined();
  await user.keyboard("4");
  await user.keyboard("8");
  await user.keyboard("8");
  expect(screen.getByRole("button", { name: /模糊/ }).getAttribute("aria-pressed")).toBe("true");
  expect(screen.getByRole("button", { name: "记下，下一页" })).toBeDefined();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("第 3 / 3 页，已查 2")).toBeDefined();
  expect(screen.getByText(/可能是空白页/)).toBeDefined();
  await user.keyboard("{Backspace}");
  expect(await screen.findByText("已记：模糊")).toBeDefined();
  await user.keyboard("{ArrowRight}{Enter}");
  expect(await screen.findByText("全部查完了。")).toBeDefined();
  expect(sent).toEqual([
    { n: "1", body: { defects: [], note: null } },
    { n: "2", body: { defects: [{ class: "blur", page: null }], note: null } },
    { n: "3", body: { defects: [], note: null } },
  ]);
  expect(await axeFindings()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "交出检查结果" }));
  const dialog = await screen.findByRole("tooltip");
  await user.click(within(dialog).getByRole("button", { name: "交出检查结果" }));
  await waitFor(() => expect(submitted).toBe(true));
}, 60_000);

test("keys are letters while a note is written, and a mark can be taken back", async () => {
  const { user } = renderDesk(INSPECT);
  await screen.findByText("第 1 / 3 页，已查 0");
  await user.keyboard("n");
  await user.keyboard("4页右下角");
  const note = screen.getByLabelText<HTMLTextAreaElement>("备注");
  expect(note.value).toBe("4页右下角");
  expect(screen.getByRole("button", { name: /模糊/ }).getAttribute("aria-pressed")).toBe("false");
  await user.click(screen.getByRole("button", { name: "无缺陷，下一页" }));
  expect(await screen.findByText("第 2 / 3 页，已查 1")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "上一页" }));
  await user.click(await screen.findByRole("button", { name: "取消此页标记" }));
  expect(await screen.findByText("第 1 / 3 页，已查 0")).toBeDefined();
  expect(sent).toEqual([
    { n: "1", body: { defects: [], note: "4页右下角" } },
    { n: "1", body: null },
  ]);
});

test("what the server refuses stays on the page to be tried again", async () => {
  server.use(
    http.put("*/api/v1/quality/lots/:id/items/:n/mark", () =>
      problemAnswer(409, "quality.changed_meanwhile", "the lot was changed by somebody else"),
    ),
  );
  const { user } = renderDesk(INSPECT);
  await screen.findByText("第 1 / 3 页，已查 0");
  await user.keyboard("1{Enter}");
  expect(await screen.findByText("别人刚刚改了这一批，请再试一次。")).toBeDefined();
  expect(screen.getByText("第 1 / 3 页，已查 0")).toBeDefined();
  expect(screen.getByRole("button", { name: /缺页/ }).getAttribute("aria-pressed")).toBe("true");
});

test("a third person sees both opinions side by side and decides", async () => {
  server.use(
    http.get("*/api/v1/quality/lots/:id", () => HttpResponse.json(arbitratedLot)),
    http.get("*/api/v1/quality/lots/:id/disputed", () => HttpResponse.json(disputedItems)),
    http.put("*/api/v1/quality/lots/:id/items/:n/mark", async ({ request, params }) => {
      const body = (await request.json()) as NonNullable<Sent["body"]>;
      sent.push({ n: String(params["n"]), body });
      return HttpResponse.json({ ...sampleMark, seat: "arbiter", ...body });
    }),
  );
  const { user, address } = renderDesk(INSPECT);
  const opinions = await screen.findByRole("region", { name: "两人的意见" });
  expect(within(opinions).getByText("缺页")).toBeDefined();
  expect(within(opinions).getByText("第2页后缺一页")).toBeDefined();
  expect(within(opinions).getByText("无缺陷")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
  await user.click(within(opinions).getAllByRole("button", { name: "采纳此意见" })[0] as HTMLElement);
  expect(await screen.findByText("全部查完了。")).toBeDefined();
  expect(sent).toEqual([{ n: "2", body: { defects: [{ class: "missing_page", page: null }], note: null } }]);
  await user.click(screen.getByRole("button", { name: "回到检验批" }));
  expect(address()).toBe(`/quality/${sampleLot.id}`);
});

test("whoever has no seat is sent back to the lot", async () => {
  server.use(http.get("*/api/v1/quality/lots/:id", () => HttpResponse.json(sampleLot)));
  renderDesk(INSPECT);
  expect(await screen.findByText("您在这一批没有席位。")).toBeDefined();
  expect(screen.getByRole("link", { name: "回到检验批" })).toBeDefined();
});
