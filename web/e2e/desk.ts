import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "./look";

export const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

/** Signs a member of the staff in at the desk; every account of these tests has the administrator's password. */
export async function signIn(page: Page, name = need("LANTAI_ADMIN")): Promise<void> {
  await page.goto("/workbench/");
  await page.getByLabel("用户名").fill(name);
  await page.getByLabel("口令", { exact: true }).fill(need("LANTAI_PASSWORD"));
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "概况" })).toBeVisible();
}

/** The passwords that people chose in place of those that others had made. */
const chosen = new Map<string, string>();

/** Signs somebody in whose password somebody else made: the first time they choose one of their own. */
export async function signInWithFirst(page: Page, name: string, password: string): Promise<void> {
  const own = chosen.get(name);
  await page.goto("/workbench/");
  await page.getByLabel("用户名").fill(name);
  await page.getByLabel("口令", { exact: true }).fill(own ?? password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  if (own === undefined) {
    await expect(page.getByRole("heading", { level: 1, name: "请换一个口令" })).toBeVisible();
    const choice = `${[...password].reverse().join("")}-石门渠`;
    await page.getByLabel("新口令", { exact: true }).fill(choice);
    await page.getByLabel("再输一遍新口令").fill(choice);
    await page.getByRole("button", { name: "更换口令" }).click();
    chosen.set(name, choice);
  }
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();
}

interface Announced {
  name: string;
  fonds?: string;
  stage?: "归档" | "移交与接收";
  /** Whether a person may accept faults that weigh much. */
  ask?: boolean;
}

/** Fills the form of a new accession in, on its page, and sends it. */
export async function upload(page: Page, files: string | string[], announced: Announced): Promise<void> {
  const folder = typeof files === "string";
  await page.getByTestId(folder ? "folder-input" : "files-input").setInputFiles(files);
  await expect(page.getByRole("status").filter({ hasText: /已选 \d+ 个文件/ })).toBeVisible();
  await page.getByLabel("批次名称").fill(announced.name);
  await page.getByLabel("全宗号").fill(announced.fonds ?? "J902");
  if (announced.stage) await page.getByRole("radio", { name: announced.stage, exact: true }).check();
  if (announced.ask) await page.getByRole("radio", { name: /由人判定/ }).check();
  await expectAccessible(page, `new accession ${announced.name}`);
  await page.getByRole("button", { name: "开始上传" }).click();
  await expect(page.getByRole("heading", { level: 1, name: announced.name })).toBeVisible();
}

/** Where an accession stands, beside its name. */
export async function expectState(page: Page, state: string): Promise<void> {
  await expect(page.locator(".page-head .status")).toHaveText(state, { timeout: 120_000 });
}
