import { expect, test, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { openBag } from "./bag";
import { need } from "./desk";
import { collectComplaints, expectAccessible } from "./look";

test("a bag is taken in, checked, opened, found by a reader and downloaded unchanged", async ({
  browser,
}) => {
  const bag = openBag(need("LANTAI_BAG"));
  const desk = await (await browser.newContext()).newPage();
  const reader = await (await browser.newContext({ acceptDownloads: true })).newPage();
  const complaints: string[] = [];
  collectComplaints(desk, complaints);
  collectComplaints(reader, complaints);

  await signIn(desk);
  await expectAccessible(desk, "overview");
  const { code, title } = await takeIn(desk, bag.folder);

  await lookAround(reader);
  await reader.goto(`/search?q=${encodeURIComponent(code)}`);
  await expect(reader.getByRole("status").filter({ hasText: /找到/ })).toBeVisible();
  await expect(reader.locator(".hit", { hasText: code })).toHaveCount(0);
  await expectAccessible(reader, "search that must not find the record");
  await reader.goto(`/records/${encodeURIComponent(code)}`);
  await expect(reader.getByRole("heading", { level: 1, name: "没有这件档案" })).toBeVisible();
  await expectAccessible(reader, "record that is not open");

  await openRecord(desk, title);

  await reader.goto("/");
  await reader.getByRole("searchbox").fill(code);
  await reader.keyboard.press("Enter");
  const hit = reader.locator(".hit", { hasText: code });
  await expect(hit).toHaveCount(1);
  await expectAccessible(reader, "search that finds the record");
  await hit.getByRole("heading").getByRole("link").click();
  await expect(reader.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expectAccessible(reader, "record page");

  const link = reader.locator("a[download]").first();
  const name = (await link.getAttribute("download")) ?? "";
  const [download] = await Promise.all([reader.waitForEvent("download"), link.click()]);
  expect(download.suggestedFilename()).toBe(name);
  const expected = bag.payload.get(name) ?? [];
  const got = readFileSync(await download.path());
  expect(expected.length, `${name} is a file of the bag`).toBeGreaterThan(0);
  expect(
    expected.some((bytes) => bytes.equals(got)),
    `${name} came back byte for byte`,
  ).toBe(true);

  await signOut(desk);
  expect(complaints).toEqual([]);
});

async function signIn(page: Page) {
  await page.goto("/workbench/");
  await expect(page.getByRole("heading", { level: 1, name: "登录工作台" })).toBeVisible();
  await expectAccessible(page, "sign-in");
  await page.getByLabel("用户名").fill(need("LANTAI_ADMIN"));
  await page.getByLabel("口令", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("用户名或口令不对");
  await page.getByLabel("口令", { exact: true }).fill(need("LANTAI_PASSWORD"));
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "概况" })).toBeVisible();
}

/** Uploads the bag, watches its checks, reads the report, and says which record came of it. */
async function takeIn(page: Page, folder: string): Promise<{ code: string; title: string }> {
  await page.getByRole("link", { name: "接收", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "接收" })).toBeVisible();
  await expectAccessible(page, "accessions");
  await page.getByRole("link", { name: "接收新的一批" }).click();
  await expectAccessible(page, "new accession");
  await page.getByTestId("folder-input").setInputFiles(folder);
  await expect(page.getByRole("status").filter({ hasText: /已选 \d+ 个文件/ })).toBeVisible();
  await page.getByLabel("全宗号").fill(process.env["LANTAI_BAG_FONDS"] ?? "E2E");
  await page.getByRole("radio", { name: "BagIt 包" }).check();
  await expectAccessible(page, "new accession, filled in");
  await page.getByRole("button", { name: "开始上传" }).click();

  await expect(page.getByText(/通过，已入库 \d+ 件/)).toBeVisible({ timeout: 120_000 });
  await expectAccessible(page, "accession");
  const brought = page.getByRole("table", { name: "入库的档案" });
  const first = brought.getByRole("link").first();
  const code = await brought.locator(".code").first().innerText();
  const title = await first.innerText();

  await page.getByRole("link", { name: "查看检测报告" }).click();
  await expect(page.getByText("合格", { exact: true })).toBeVisible();
  await expect(page.getByRole("table", { name: "四性检测结果" })).toBeVisible();
  await expectAccessible(page, "report");
  await page.goBack();
  await first.click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(page.getByText("待审核").first()).toBeVisible();
  await expectAccessible(page, "record of the staff");
  return { code, title };
}

async function openRecord(page: Page, title: string) {
  await page.getByRole("button", { name: "作出开放决定" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "开放", exact: true }).check();
  await dialog.getByLabel("依据与理由").fill("满二十五年，经审核开放");
  await expectAccessible(page, "opening decision");
  await dialog.getByRole("button", { name: "确定" }).click();
  await expect(page.getByText("已改为“开放”。")).toBeVisible();
  await page.getByRole("link", { name: "档案", exact: true }).first().click();
  await page.getByRole("searchbox").fill(title);
  await page.getByRole("button", { name: "检索" }).click();
  await expect(
    page.getByRole("table", { name: "档案" }).getByRole("link", { name: title }).first(),
  ).toBeVisible();
  await expectAccessible(page, "records of the staff");
}

/** The pages a reader may come across on the way. */
async function lookAround(page: Page) {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectAccessible(page, "home");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("link", { name: "About", exact: true })).toBeVisible();
  await expectAccessible(page, "home in English");
  await page.getByRole("button", { name: "中文" }).click();
  await page.goto("/fonds");
  await expect(page.getByRole("heading", { level: 1, name: "全宗" })).toBeVisible();
  await expectAccessible(page, "fonds");
  const fonds = page.locator(".ledger a").first();
  if (await fonds.count()) {
    await fonds.click();
    await expect(page.getByRole("heading", { level: 2, name: "全宗历史" })).toBeVisible();
    await expectAccessible(page, "one fonds");
  }
  await page.goto("/about");
  await expect(page.getByRole("heading", { level: 1, name: "关于本馆" })).toBeVisible();
  await expectAccessible(page, "about");
  await page.goto("/no/such/page");
  await expect(page.getByRole("heading", { level: 1, name: "没有这一页" })).toBeVisible();
  await expectAccessible(page, "no such page");
}

async function signOut(page: Page) {
  await page.getByRole("button", { name: "退出" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "登录工作台" })).toBeVisible();
}
