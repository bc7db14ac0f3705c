import { CODE, problemAnswer, sampleRecord, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { fireEvent, screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderPortal } from "../../render-portal.test-helper";

const ADDRESS = `/records/${encodeURIComponent(CODE)}`;

test("shows the description, the text with its lines, and the files", async () => {
  renderPortal(ADDRESS);
  expect(await screen.findByRole("heading", { level: 1, name: sampleRecord.title })).toBeDefined();
  const table = screen.getByRole("table");
  expect(within(table).getByRole("row", { name: "档号 Q012-WS·1958·Y·BGS-0007" })).toBeDefined();
  expect(
    within(table).getByRole("row", { name: "日期 一九五八年九月二十八日（1958年9月28日）" }),
  ).toBeDefined();
  expect(within(table).getByRole("row", { name: "他历对照 农历戊戌年八月十六" })).toBeDefined();
  expect(within(table).getByRole("row", { name: "备注 有批注" })).toBeDefined();
  expect(within(table).queryByText("文字")).toBeNull();
  const text = await screen.findByText(/石门水库是我县头等工程/);
  expect(text.textContent).toBe("各人民公社：\n    石门水库是我县头等工程。");
  const download = screen.getByRole("link", { name: "下载 第2页.jpg" });
  expect(download.getAttribute("href")).toBe(`${sampleRecord.files[1]?.url}?download=true`);
  expect(await axeFindings()).toEqual([]);
});

test("the code in the address reaches the server whole", async () => {
  let asked = "";
  server.use(
    http.get("*/api/v1/records/:code", ({ params }) => {
      asked = String(params["code"]);
      return HttpResponse.json({ ...sampleRecord, has_text: false });
    }),
  );
  renderPortal(ADDRESS);
  await screen.findByRole("heading", { level: 1 });
  expect(asked).toBe(CODE);
});

test("citation and permanent address are ready to copy", async () => {
  const { user } = renderPortal(ADDRESS);
  await user.click(await screen.findByRole("button", { name: "复制引用格式" }));
  expect(await navigator.clipboard.readText()).toBe(
    "关于兴修石门水库的指示，一九五八年九月二十八日，档号 Q012-WS·1958·Y·BGS-0007，青溪县档案馆藏。",
  );
  await user.click(screen.getByRole("button", { name: "复制永久地址" }));
  expect(await navigator.clipboard.readText()).toBe(
    new URL(sampleRecord.permanent_address, window.location.origin).href,
  );
});

test("the viewer zooms, turns and changes pictures by keys", async () => {
  renderPortal(ADDRESS);
  const stage = await screen.findByRole("group", { name: /方向键移动/ });
  const picture = () => within(stage).getByRole("img");
  expect(picture().getAttribute("alt")).toBe("关于兴修石门水库的指示，第 1 页图像");
  fireEvent.keyDown(stage, { key: "+" });
  expect(picture().style.transform).toContain("scale(1.5)");
  fireEvent.keyDown(stage, { key: "0" });
  expect(picture().style.transform).toContain("scale(1)");
  fireEvent.keyDown(stage, { key: "r" });
  expect(picture().style.transform).toContain("rotate(90deg)");
  fireEvent.keyDown(stage, { key: "PageDown" });
  expect(picture().getAttribute("alt")).toBe("关于兴修石门水库的指示，第 2 页图像");
  fireEvent.error(picture());
  expect(await screen.findByText("图像没有显示出来。")).toBeDefined();
});

test("sound is played, a PDF is opened, an odd format is only downloaded", async () => {
  const [file] = sampleRecord.files;
  const files = [
    { ...file, n: 1, name: "口述.wav", mime: "audio/wav", media: "sound" },
    { ...file, n: 2, name: "图纸.pdf", mime: "application/pdf", media: "document" },
    { ...file, n: 3, name: "底片.tif", mime: "image/tiff", media: "image" },
  ];
  server.use(
    http.get("*/api/v1/records/:code", () => HttpResponse.json({ ...sampleRecord, files, has_text: false })),
  );
  renderPortal(ADDRESS);
  expect(await screen.findByLabelText("播放录音：口述.wav")).toBeDefined();
  expect(screen.getByRole("link", { name: "在浏览器中阅读 图纸.pdf" })).toBeDefined();
  expect(screen.queryByRole("group", { name: /方向键移动/ })).toBeNull();
  expect(screen.getByText(/浏览器不能直接显示/)).toBeDefined();
  // axe waits for sounds to load, which jsdom never does; the rest of the page is looked at above.
});

test("neighbours lead through the fonds", async () => {
  const { user, address } = renderPortal(ADDRESS);
  await user.click(await screen.findByRole("link", { name: /下一件/ }));
  expect(address()).toBe("/records/Q012-WS·1958·Y·BGS-0008");
});

test("not there and not open look the same", async () => {
  server.use(http.get("*/api/v1/records/:code", () => problemAnswer(404, "access.not_found")));
  renderPortal("/records/X");
  expect(await screen.findByRole("heading", { level: 1, name: "没有这件档案" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});
