import {
  assignedFile,
  attachmentTask,
  disagreeingFile,
  openSummary,
  pendingAccession,
  resemblingFile,
  server,
  settledSummary,
  unfitFile,
  waitingRecord,
} from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const ADDRESS = `/accessions/${pendingAccession.id}/exceptions`;

interface Asked {
  what: string;
  body: unknown;
}

/** A list of files, and what the page asks the server to do. */
function listed(files: object[], summary: object = openSummary) {
  const asked: Asked[] = [];
  const queries: URLSearchParams[] = [];
  const base = "*/api/v1/accessions/:id";
  server.use(
    http.get(base, () => HttpResponse.json(pendingAccession)),
    http.get(`${base}/exceptions`, ({ request }) => {
      queries.push(new URL(request.url).searchParams);
      return HttpResponse.json({ items: files, next_cursor: null });
    }),
    http.get(`${base}/exceptions/summary`, () => HttpResponse.json(summary)),
    http.get(`${base}/exceptions/records`, () =>
      HttpResponse.json({ items: [waitingRecord], next_cursor: null }),
    ),
    http.put(`${base}/exceptions/:number/decision`, async ({ params, request }) => {
      asked.push({ what: `decide ${String(params["number"])}`, body: await request.json() });
      return HttpResponse.json(assignedFile);
    }),
    http.post(`${base}/exceptions/decisions`, async ({ request }) => {
      asked.push({ what: "many", body: await request.json() });
      const items = [
        { ...assignedFile, number: 2, file: "扫描/IMG_0002.jpg", refused: null },
        { ...resemblingFile, number: 3, file: "扫描/封面.jpg", refused: "intake.nothing_derived" },
      ];
      return HttpResponse.json({ items, next_cursor: null });
    }),
    http.post(`${base}/tasks/:number/decision`, async ({ params, request }) => {
      asked.push({ what: `task ${String(params["number"])}`, body: await request.json() });
      return HttpResponse.json(attachmentTask);
    }),
  );
  return { asked, queries };
}

test("the list shows why a file is on it and what it may belong to", async () => {
  listed([resemblingFile, disagreeingFile, unfitFile]);
  renderDesk(ADDRESS);
  expect(await screen.findByRole("heading", { name: "J001-WS·1958·Y-00O1.jpg" })).toBeDefined();
  expect(screen.getByRole("img", { name: "J001-WS·1958·Y-00O1.jpg 的预览" })).toBeDefined();
  expect(screen.getByText("没有规则能说明它属于哪件档案", { selector: "dd" })).toBeDefined();
  expect(screen.getByRole("button", { name: /J001-WS·1958·Y-0011.*名称相近/ })).toBeDefined();
  expect(screen.getByText(/页面上的条码与文件名或目录不一致/)).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("a candidate is taken with one click or one key", async () => {
  const { asked } = listed([resemblingFile, disagreeingFile]);
  const { user } = renderDesk(ADDRESS);
  await user.click(await screen.findByRole("button", { name: /J001-WS·1958·Y-0001/ }));
  await expect.poll(() => asked).toEqual([{ what: "decide 1", body: { assign_to: "J001-WS·1958·Y-0001" } }]);
  await user.keyboard("j");
  expect(await screen.findByRole("heading", { name: "IMG_0002.jpg" })).toBeDefined();
  await user.keyboard("2");
  await expect.poll(() => asked[1]).toEqual({ what: "decide 2", body: { assign_to: "J001-WS·1958·Y-0088" } });
});

test("a record is found by its code or title and taken with Enter", async () => {
  const { asked } = listed([resemblingFile]);
  const { user } = renderDesk(ADDRESS);
  await screen.findByRole("heading", { name: "J001-WS·1958·Y-00O1.jpg" });
  await user.keyboard("/");
  await user.keyboard("水库");
  expect(await screen.findByText("找到 1 件")).toBeDefined();
  await user.keyboard("{Enter}");
  await expect.poll(() => asked).toEqual([{ what: "decide 1", body: { assign_to: waitingRecord.code } }]);
});

test("leaving a file out needs a reason", async () => {
  const { asked } = listed([resemblingFile]);
  const { user } = renderDesk(ADDRESS);
  await user.click(await screen.findByRole("button", { name: /^剔/ }));
  expect(await screen.findByText("剔除必须写明原因。")).toBeDefined();
  expect(asked).toEqual([]);
  await user.type(screen.getByRole("textbox", { name: "剔除的原因" }), "空白页{Enter}");
  await expect.poll(() => asked).toEqual([{ what: "decide 1", body: { leave_out: "空白页" } }]);
});

test("a file with a fault of its own can only be left out", async () => {
  listed([unfitFile]);
  renderDesk(ADDRESS);
  expect(await screen.findByText("这个文件本身有问题，不能归入任何档案：")).toBeDefined();
  expect(screen.queryByRole("textbox", { name: "指定所属档案" })).toBeNull();
  expect(screen.getByRole("textbox", { name: "剔除的原因" })).toBeDefined();
});

test("what was decided is taken back, or said of the whole folder after a look at what that means", async () => {
  const { asked } = listed([assignedFile], { ...openSummary, assigned: 1 });
  const { user } = renderDesk(ADDRESS);
  expect(await screen.findByText("已归入 J001-WS·1958·Y-0001")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "按此例推定其余文件" }));
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("1 个将处理，1 个留待逐件处理。")).toBeDefined();
  expect(asked).toEqual([{ what: "many", body: { folder: "扫描", like: 1, only_try: true } }]);
  await user.click(within(dialog).getByRole("button", { name: "处理 1 个文件" }));
  await expect
    .poll(() => asked[1])
    .toEqual({ what: "many", body: { folder: "扫描", like: 1, only_try: false } });
  await expect.poll(() => screen.queryByRole("dialog")).toBeNull();
  await user.keyboard("u");
  await expect.poll(() => asked.at(-1)?.body).toEqual({ undo: true });
});

test("the list is filtered by state and name", async () => {
  const { queries } = listed([resemblingFile]);
  const { user } = renderDesk(ADDRESS);
  await screen.findByRole("heading", { name: "J001-WS·1958·Y-00O1.jpg" });
  expect(queries[0]?.get("state")).toBe("open");
  await user.click(screen.getByRole("radio", { name: "已剔除 0" }));
  await expect.poll(() => queries.at(-1)?.get("state")).toBe("left_out");
  await user.type(screen.getByRole("searchbox", { name: "按文件名筛选" }), "IMG");
  await expect.poll(() => queries.at(-1)?.get("q")).toBe("IMG");
});

test("the list is confirmed once nothing is open", async () => {
  const { asked } = listed([assignedFile], settledSummary);
  const { user, address } = renderDesk(ADDRESS);
  const confirm = await screen.findByRole("button", { name: "确认清单" });
  await user.type(screen.getByRole("textbox", { name: "说明（可不填）" }), "逐件核对");
  await user.click(confirm);
  await expect.poll(() => asked).toEqual([{ what: "task 1", body: { passed: true, note: "逐件核对" } }]);
  await expect.poll(address).toBe(`/accessions/${pendingAccession.id}`);
});

test("while something is open only the package as a whole can go back", async () => {
  const { asked } = listed([resemblingFile]);
  const { user } = renderDesk(ADDRESS);
  const confirm = await screen.findByRole("button", { name: "确认清单" });
  expect(confirm.hasAttribute("disabled")).toBe(true);
  await user.click(screen.getByRole("button", { name: "整批退回" }));
  const buttons = await screen.findAllByRole("button", { name: "整批退回" });
  await user.click(buttons[buttons.length - 1] as HTMLElement);
  await expect.poll(() => asked).toEqual([{ what: "task 1", body: { passed: false, note: "" } }]);
});

test("a package without exceptions says so", async () => {
  renderDesk(ADDRESS);
  expect(await screen.findByText("本批没有挂接异常：所有文件都已挂接到各自的档案。")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("the tasks lead to the list", async () => {
  server.use(
    http.get("*/api/v1/accessions/:id", () => HttpResponse.json(pendingAccession)),
    http.get("*/api/v1/accessions/:id/tasks", () =>
      HttpResponse.json({ items: [attachmentTask], next_cursor: null }),
    ),
  );
  renderDesk(`/accessions/${pendingAccession.id}`);
  const link = await screen.findByRole("link", { name: "打开挂接异常清单" });
  expect(link.getAttribute("href")).toBe(ADDRESS);
});
