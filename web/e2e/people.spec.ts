import { expect, test, type Browser, type Page } from "@playwright/test";
import { need, signInWithFirst } from "./desk";
import { collectComplaints, expectAccessible } from "./look";

const NAME = "钱程";

test("the system administrator proposes, the security administrator confirms, then the person may", async ({
  browser,
}) => {
  const complaints: string[] = [];
  const system = await at(browser, "sysadmin", need("LANTAI_SYSADMIN_PASSWORD"), complaints);
  await system.getByRole("link", { name: "机构与人员" }).click();
  await expect(system.getByRole("heading", { name: /的岗位$/ })).toBeVisible();
  await expectAccessible(system, "people");
  // administrators see no records: the menu does not lead there
  await expect(system.getByRole("link", { name: "接收", exact: true })).toHaveCount(0);

  await fill(system, "登记人员", { 姓名: NAME });
  const row = system.getByRole("row", { name: new RegExp(NAME) });
  await row.getByRole("button", { name: "开设账号" }).click();
  let dialog = system.getByRole("dialog", { name: "开设账号" });
  await expectAccessible(system, "new account");
  await dialog.getByRole("button", { name: "开设账号" }).click();
  await expect(dialog.getByText(/只显示这一次/)).toBeVisible();
  const password = (await dialog.locator("code").textContent()) ?? "";
  await dialog.getByRole("button", { name: "我已记下" }).click();
  await expect(row.getByText("未激活")).toBeVisible();

  await system.getByRole("button", { name: "设置岗位" }).click();
  dialog = system.getByRole("dialog", { name: "设置岗位" });
  await dialog.getByLabel("岗位名称").fill("征集科收件");
  await dialog.getByLabel("角色").click();
  await system.locator(".ant-select-item-option", { hasText: "接收人员" }).click();
  await dialog.getByRole("textbox", { name: "全宗" }).fill("J901");
  await expectAccessible(system, "new post");
  await dialog.getByRole("button", { name: "设置岗位" }).click();
  const post = system.getByRole("article", { name: /征集科收件/ });
  await post.getByRole("button", { name: "提名任职" }).click();
  dialog = system.getByRole("dialog", { name: "提名任职" });
  // of many people only some stand in the list until one types
  await dialog.getByLabel("人员").fill(NAME);
  await system.locator(".ant-select-item-option", { hasText: NAME }).click();
  await dialog.getByRole("button", { name: "提名任职" }).click();
  await expect(post.getByText("待确认")).toBeVisible();
  await expectAccessible(system, "people proposed");

  // whoever asked cannot agree
  await system.getByRole("link", { name: "待确认授权" }).click();
  await expect(system.getByText(/须由别人确认/).first()).toBeVisible();
  await expect(system.getByRole("button", { name: "同意" })).toHaveCount(0);

  const security = await at(browser, "secadmin", need("LANTAI_SECADMIN_PASSWORD"), complaints);
  await security.getByRole("link", { name: "待确认授权" }).click();
  await expect(security.getByRole("heading", { name: new RegExp(`由${NAME}担任`) })).toBeVisible();
  await expect(security.getByText(/移交、接收/).first()).toBeVisible();
  await expectAccessible(security, "grants");
  for (let left = 2; left > 0; left -= 1) {
    await security.getByRole("button", { name: "同意" }).first().click();
    await security.locator(".ant-popover").getByRole("button", { name: "同意" }).click();
    await expect(security.getByRole("button", { name: "同意" })).toHaveCount(left - 1);
  }
  await expect(security.getByText("没有等待确认的授权。")).toBeVisible();
  await expectAccessible(security, "no grants");

  const person = await at(browser, NAME, password, complaints);
  await person.getByRole("link", { name: "接收", exact: true }).click();
  await expect(person.getByRole("heading", { level: 1, name: "接收" })).toBeVisible();

  // taken away: gone at once
  await system.getByRole("link", { name: "机构与人员" }).click();
  await system
    .getByRole("article", { name: /征集科收件/ })
    .getByRole("button", { name: "收回岗位" })
    .click();
  dialog = system.getByRole("dialog", { name: "收回岗位" });
  await dialog.getByLabel("理由").fill("调离");
  await dialog.getByRole("button", { name: "收回岗位" }).click();
  await expect(system.getByRole("article", { name: /征集科收件/ }).getByText("暂无人任职。")).toBeVisible();
  const refused = await person.request.get("/api/v1/accessions");
  expect(refused.status()).toBe(403);
  expect(complaints).toEqual([]);
});

test("a program gets a token that two agreed on", async ({ browser }) => {
  const complaints: string[] = [];
  const system = await at(browser, "sysadmin", need("LANTAI_SYSADMIN_PASSWORD"), complaints);
  await system.getByRole("link", { name: "服务账号" }).click();
  await expect(system.getByText("还没有服务账号。")).toBeVisible();
  await expectAccessible(system, "no services");
  await fill(system, "开设服务账号", { 系统名称: "办公系统", 账号名: "oa" });
  await system.getByRole("button", { name: "申请令牌" }).click();
  const dialog = system.getByRole("dialog", { name: "申请令牌" });
  await dialog.getByLabel("用途").fill("归档接口");
  await dialog.getByLabel("角色").click();
  await system.locator(".ant-select-item-option", { hasText: "接收人员" }).click();
  await dialog.getByLabel("可以做的事").click();
  await system.locator(".ant-select-item-option", { hasText: "移交、接收" }).click();
  await system.keyboard.press("Escape");
  await dialog.getByLabel("止").fill(inDays(90));
  await dialog.getByRole("button", { name: "申请令牌" }).click();
  const secret = dialog.locator("code");
  await expect(secret).toHaveText(/^lt_/);
  const token = (await secret.textContent()) ?? "";
  await dialog.getByRole("button", { name: "我已记下" }).click();
  const ask = () =>
    system.request.get("/api/v1/accessions", { headers: { authorization: `Bearer ${token}`, cookie: "" } });
  expect((await ask()).status()).toBe(401);

  const security = await at(browser, "secadmin", need("LANTAI_SECADMIN_PASSWORD"), complaints);
  await security.getByRole("link", { name: "待确认授权" }).click();
  await security.getByRole("button", { name: "同意" }).click();
  await security.locator(".ant-popover").getByRole("button", { name: "同意" }).click();
  await expect(security.getByText("没有等待确认的授权。")).toBeVisible();
  expect((await ask()).status()).toBe(200);
  await security.getByRole("link", { name: "服务账号" }).click();
  await expect(security.getByText("可用")).toBeVisible();
  await expectAccessible(security, "services");
  expect(complaints).toEqual([]);
});

async function at(browser: Browser, name: string, password: string, complaints: string[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  collectComplaints(page, complaints);
  await signInWithFirst(page, name, password);
  return page;
}

/** Fills a form in that a button opens, and sends it. */
async function fill(page: Page, title: string, fields: Record<string, string>) {
  await page.getByRole("button", { name: title }).click();
  const dialog = page.getByRole("dialog", { name: title });
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label).fill(value);
  await dialog.getByRole("button", { name: title }).click();
  await expect(dialog).toBeHidden();
}

function inDays(days: number): string {
  const at = new Date();
  at.setDate(at.getDate() + days);
  return at.toISOString().slice(0, 10);
}
