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
  await page.getByLabel("口令").fill(need("LANTAI_PASSWORD"));
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "概况" })).toBeVisible();
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
