import { expect, test, type Browser, type Page } from "@playwright/test";
import { createHmac } from "node:crypto";
import { need, signIn } from "./desk";
import { collectComplaints, expectAccessible } from "./look";

const NEW_PASSWORD = "荻川县的旧城墙塌了一半";

/** The code that an authenticator with this secret shows (RFC 6238: SHA-1, six digits, thirty seconds). */
function codeOf(secret: string, moment = Date.now()): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(moment / 30_000)));
  const digest = createHmac("sha1", key).update(step).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

async function desk(browser: Browser, complaints: string[]): Promise<Page> {
  const page = await (await browser.newContext({ baseURL: onThisMachine() })).newPage();
  collectComplaints(page, complaints);
  return page;
}

/** Passkeys belong to a name, and a number is none. */
const onThisMachine = () => need("LANTAI_URL").replace("127.0.0.1", "localhost");

async function fill(page: Page, name: string, password: string) {
  await page.getByLabel("用户名").fill(name);
  await page.getByLabel("口令", { exact: true }).fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
}

test("a wrong password is told without saying what is wrong", async ({ browser }) => {
  const complaints: string[] = [];
  const page = await desk(browser, complaints);
  await page.goto("/workbench/");
  await expectAccessible(page, "sign-in");
  await fill(page, "没有此人", "不是这个口令");
  await expect(page.getByRole("alert")).toContainText("用户名或口令不对");
  await expectAccessible(page, "sign-in refused");
  expect(complaints).toEqual([]);
});

test("a first password must be changed before anything else", async ({ browser }) => {
  const complaints: string[] = [];
  const page = await desk(browser, complaints);
  await page.goto("/workbench/");
  await fill(page, need("LANTAI_NEWCOMER"), need("LANTAI_PASSWORD"));
  await expect(page.getByRole("heading", { level: 1, name: "请换一个口令" })).toBeVisible();
  await expectAccessible(page, "new password");
  await page.getByLabel("新口令", { exact: true }).fill("P@ssw0rd2026!");
  await page.getByLabel("再输一遍新口令").fill("P@ssw0rd2026!");
  await page.getByRole("button", { name: "更换口令" }).click();
  await expect(page.getByRole("alert")).toContainText("太容易猜到");
  await page.getByLabel("新口令", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("再输一遍新口令").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "更换口令" }).click();
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();
  expect(complaints).toEqual([]);
});

test("an authenticator is set up and asked for; a recovery code helps once", async ({ browser }) => {
  const complaints: string[] = [];
  const name = need("LANTAI_FACTOR");
  const page = await desk(browser, complaints);
  await signIn(page, name);
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name: "我的账号" })).toBeVisible();
  await expectAccessible(page, "my account");
  await page.getByRole("button", { name: "设置验证器" }).click();
  await expect(page.getByRole("img", { name: "供验证器扫描的二维码" })).toBeVisible();
  await expectAccessible(page, "new authenticator");
  const secret = (await page.locator(".new-totp-secret").textContent()) ?? "";
  await page.getByLabel("验证器上的六位数字").fill(codeOf(secret));
  await page.getByRole("button", { name: "完成设置" }).click();
  const codes = page.getByRole("region", { name: "请收好恢复代码" });
  await expect(codes.locator("li")).toHaveCount(10);
  await expectAccessible(page, "recovery codes");
  const recovery = (await codes.locator("li").first().textContent()) ?? "";
  await codes.getByRole("button", { name: "我已经收好了" }).click();
  await expect(page.getByText("还剩 10 个")).toBeVisible();

  const other = await desk(browser, complaints);
  await other.goto("/workbench/");
  await fill(other, name, need("LANTAI_PASSWORD"));
  await expect(other.getByRole("heading", { level: 1, name: "请再验证一次" })).toBeVisible();
  await expectAccessible(other, "second factor");
  // the code that set it up was used; the next step's is taken ahead of its time
  await other.getByLabel("验证码或恢复代码").fill(codeOf(secret, Date.now() + 30_000));
  await other.getByRole("button", { name: "继续" }).click();
  await expect(other.getByRole("button", { name: "退出" })).toBeVisible();
  await other.getByRole("button", { name: "退出" }).click();
  await fill(other, name, need("LANTAI_PASSWORD"));
  await other.getByLabel("验证码或恢复代码").fill(recovery);
  await other.getByRole("button", { name: "继续" }).click();
  await expect(other.getByRole("button", { name: "退出" })).toBeVisible();

  // where else one is signed in, and no longer
  await page.reload();
  await expect(page.getByRole("button", { name: "让它退出" })).toHaveCount(1);
  await page.getByRole("button", { name: "让它退出" }).click();
  await expect(page.getByText("已经退出。")).toBeVisible();
  await other.reload();
  await expect(other.getByRole("heading", { level: 1, name: "登录工作台" })).toBeVisible();
  expect(complaints).toEqual([]);
});

test("a passkey is set up and is enough to sign in", async ({ browser }) => {
  const complaints: string[] = [];
  const name = need("LANTAI_PASSKEY");
  const page = await desk(browser, complaints);
  const browserTools = await page.context().newCDPSession(page);
  await browserTools.send("WebAuthn.enable");
  await browserTools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signIn(page, name);
  await page.getByRole("link", { name }).click();
  await page.getByLabel(/给它起个名字/).fill("办公室电脑");
  await page.getByRole("button", { name: "添加通行密钥" }).click();
  await page.getByRole("button", { name: "我已经收好了" }).click();
  await expect(page.getByText("办公室电脑", { exact: true })).toBeVisible();
  await expectAccessible(page, "my account with a passkey");
  await page.getByRole("button", { name: "退出" }).click();
  await page.getByRole("button", { name: "用通行密钥登录" }).click();
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();
  // after the password it is the second factor
  await page.getByRole("button", { name: "退出" }).click();
  await fill(page, name, need("LANTAI_PASSWORD"));
  await page.getByRole("button", { name: "使用通行密钥" }).click();
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();
  expect(complaints).toEqual([]);
});
