import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { signIn } from "./desk";
import { collectComplaints, expectAccessible } from "./look";

test("a proposal is overridden with a reason, and a changed sheet becomes the table in force", async ({
  page,
}) => {
  const complaints: string[] = [];
  collectComplaints(page, complaints);
  await signIn(page);
  await page.getByRole("link", { name: "归档", exact: true }).click();
  await page.getByLabel("题名").fill("关于石门渠用地的请示");
  await page.getByRole("combobox", { name: "收发" }).click();
  await page.locator(".ant-select-item-option", { hasText: "发文" }).click();
  await page.getByRole("button", { name: "看看怎么归" }).click();
  await expect(page.getByRole("button", { name: "确认建议" })).toBeVisible();
  await page.getByRole("combobox", { name: "按表中另一条" }).fill("7.2");
  await page.locator(".ant-select-item-option", { hasText: "7.2" }).first().click();
  const decide = page.getByRole("button", { name: "决定", exact: true });
  await expect(decide).toBeDisabled();
  await page.getByLabel("与建议不同，请写理由").fill("涉及土地权属");
  await expectAccessible(page, "override");
  await decide.click();
  await expect(page.getByText("已按第 7.2 条决定。")).toBeVisible();
  await expect(page.getByRole("region", { name: "归档决定" }).getByText("涉及土地权属")).toBeVisible();

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "下载为表格（CSV）" }).click(),
  ]);
  const sheet = readFileSync(await download.path(), "utf8");
  const changed = sheet.replace("本单位召开的党代会", "本单位召开的党员代表大会");
  expect(changed).not.toBe(sheet);
  const open = page.getByRole("button", { name: "导入表格" });
  await open.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "看看会改什么" }).click();
  await expect(dialog.getByText("请选择表格文件").or(dialog.getByText("请填写")).first()).toBeVisible();
  await dialog
    .getByLabel("表格文件")
    .setInputFiles({ name: "三合一表.csv", mimeType: "text/csv", buffer: Buffer.from(changed) });
  await dialog.getByLabel("版本").fill("2026.9");
  await dialog.getByLabel("自何日起").fill("2026-09-01");
  await expectAccessible(page, "import");
  await dialog.getByRole("button", { name: "看看会改什么" }).click();
  await expect(dialog.getByText(/修改 1 条/)).toBeVisible();
  await expect(dialog.locator("ins")).toContainText("党员代表大会");
  await expectAccessible(page, "preview of an import");
  await dialog.getByRole("button", { name: "确认导入" }).click();
  await expect(page.getByText(/2026\.9 已经生效/)).toBeVisible();
  await expect(page.getByText("2026-09-01 起")).toBeVisible();
  await expectAccessible(page, "table imported");
  expect(complaints).toEqual([]);
});
