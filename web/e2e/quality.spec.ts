import { expect, test, type Browser, type Page } from "@playwright/test";
import { expectState, need, signIn, upload } from "./desk";
import { collectComplaints, expectAccessible } from "./look";
import { folderOf, officeFiles } from "./packages";

const PIECES = 3;

test("two inspect on their own, a third decides, and the lot passes or goes back by rule", async ({
  browser,
}) => {
  const complaints: string[] = [];
  const [first, second, third] = need("LANTAI_INSPECTORS").split(",");
  const desk = await at(browser, need("LANTAI_ADMIN"), complaints);
  await desk.getByRole("link", { name: "接收", exact: true }).click();
  await desk.getByRole("link", { name: "接收新的一批" }).click();
  const files = officeFiles({ fonds: "J903", year: 2018, count: PIECES });
  await upload(desk, folderOf("数字化2018", files), { name: "数字化2018年成果", fonds: "J903" });
  await expectState(desk, "已接收");

  await desk.getByRole("link", { name: "质检", exact: true }).click();
  await desk.getByText("检验规则").click();
  await expect(desk.getByText(/缺页 · 档号错误/)).toBeVisible();
  await expectAccessible(desk, "quality");
  await desk.getByRole("link", { name: "抽取新的一批" }).click();
  await choose(desk, "接收批次", "数字化2018年成果");
  await choose(desk, "抽样方案", "全检");
  await desk.getByRole("button", { name: "算一算" }).click();
  await expect(desk.getByRole("button", { name: "抽样", exact: true })).toBeVisible();
  await expectAccessible(desk, "lot worked out");
  await desk.getByRole("button", { name: "抽样", exact: true }).click();
  await expect(desk.getByText("还没有人开始检查。")).toBeVisible();
  await expectAccessible(desk, "lot drawn");
  const lot = new URL(desk.url()).pathname;

  const one = await at(browser, first ?? "", complaints);
  await inspect(one, lot, 2);
  await expectAccessible(one, "lot inspected by one");
  const two = await at(browser, second ?? "", complaints);
  await inspect(two, lot, null);
  await expect(two.getByText("1 处意见不一，须由第三人裁定。")).toBeVisible();

  const three = await at(browser, third ?? "", complaints);
  await three.goto(lot);
  await three.getByRole("button", { name: "担任裁定人" }).click();
  const opinions = three.getByRole("region", { name: "两人的意见" });
  await expect(opinions).toContainText("缺页");
  await expectAccessible(three, "arbitration");
  await opinions.getByRole("button", { name: "采纳此意见" }).first().click();
  await three.getByRole("button", { name: "回到检验批" }).click();
  await three.getByRole("button", { name: "按规则下结论" }).click();
  await three.getByRole("button", { name: "下结论", exact: true }).click();
  await expect(three.locator(".report-verdict .status")).toHaveText("退回");
  await expect(three.getByText("超限")).toBeVisible();
  await expectAccessible(three, "lot returned");
  expect(complaints).toEqual([]);
});

async function at(browser: Browser, name: string, complaints: string[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  collectComplaints(page, complaints);
  await signIn(page, name);
  return page;
}

async function choose(page: Page, label: string, option: string) {
  await page.getByRole("combobox", { name: label }).click();
  await page.locator(".ant-select-item-option", { hasText: option }).first().click();
}

/** Looks at every piece with the keyboard alone; marks one of them, if any, and hands the rest in as fine. */
async function inspect(page: Page, lot: string, bad: number | null) {
  await page.goto(lot);
  await page.getByRole("button", { name: "领取席位并开始" }).click();
  for (let piece = 1; piece <= PIECES; piece += 1) {
    await expect(page.getByText(`第 ${piece} / ${PIECES} 页，已查 ${piece - 1}`)).toBeVisible();
    if (piece === bad) await page.keyboard.press("1");
    await page.keyboard.press("Enter");
  }
  await page.getByRole("button", { name: "交出检查结果" }).click();
  await page.locator(".ant-popover").getByRole("button", { name: "交出检查结果" }).click();
  await expect(page.getByText(/您的检查结果已经交出/)).toBeVisible();
  await page.getByRole("link", { name: "回到检验批" }).click();
}
