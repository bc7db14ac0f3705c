import { expect, test, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { expectState, signIn, upload } from "./desk";
import { collectComplaints, expectAccessible } from "./look";
import { folderOf, officeFiles, scannedFiles, zipOf } from "./packages";

const complaints: string[] = [];

test.beforeEach(async ({ page }) => {
  complaints.length = 0;
  collectComplaints(page, complaints);
  await signIn(page);
});

test.afterEach(() => {
  expect(complaints).toEqual([]);
});

async function toAccessions(page: Page) {
  const main = page.getByRole("navigation", { name: "主导航" });
  await main.getByRole("link", { name: "接收", exact: true }).click();
}

async function newAccession(page: Page) {
  await toAccessions(page);
  await page.getByRole("link", { name: "接收新的一批" }).click();
}

test("a faulty folder goes back; the corrected one is accepted, linked with it, registered and reported", async ({
  page,
}) => {
  const office = { fonds: "J902", year: 2019, count: 6 };
  await newAccession(page);
  const faulty = folderOf(
    "水利局2019",
    officeFiles({ ...office, wrongCode: 2, missing: 3, extra: "草稿备份.txt" }),
  );
  await upload(page, faulty, { name: "水利局2019年第一次移交" });
  await expectState(page, "已退回");
  const faults = page.getByRole("region", { name: "需要留意的检测项" });
  await expect(faults).toContainText("档号规范性检测");
  await expectAccessible(page, "returned accession");
  const returned = page.url();

  await faults.getByRole("link", { name: "逐条查看" }).click();
  await expect(page.getByText("按《档号编制规则》更正档号")).toBeVisible();
  await expectAccessible(page, "report of a returned accession");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "下载 PDF 报告" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("四性检测报告-水利局2019年第一次移交.pdf");
  const report = readFileSync(await download.path());
  expect(report.subarray(0, 8).toString()).toBe("%PDF-1.7");
  expect(report.includes("pdfaid"), "it says that it is PDF/A").toBe(true);

  await page.goto(returned);
  await page.getByRole("link", { name: "接收改正后的包" }).click();
  await expect(page.getByText(/这是对“水利局2019年第一次移交”的改正/)).toBeVisible();
  await expect(page.getByLabel("全宗号")).toHaveValue("J902");
  await expectAccessible(page, "correction");
  await upload(page, folderOf("水利局2019", officeFiles(office)), { name: "水利局2019年改正" });
  await expectState(page, "已接收");
  const attempts = page.getByRole("region", { name: "历次接收" });
  await expect(attempts.getByRole("link", { name: "水利局2019年第一次移交" })).toBeVisible();
  await expect(attempts).toContainText(/已改正 \d+ 处/);
  const records = page.getByRole("table", { name: "入库的档案" });
  await expect(records.getByText("待审核")).toHaveCount(6);
  await expectAccessible(page, "corrected accession");

  await page.getByRole("link", { name: "移交清单" }).first().click();
  await expect(page.getByRole("button", { name: "打印" })).toBeVisible();
  await expect(page.getByRole("row", { name: /J902-WS·2019·Y-0006/ })).toBeVisible();
  await expectAccessible(page, "register");
  const printed = await page.pdf({ format: "A4" });
  expect(printed.subarray(0, 5).toString()).toBe("%PDF-");

  await page.goto(returned);
  await page.getByRole("link", { name: "查看改正后的一批" }).click();
  await expectState(page, "已接收");
});

test("a ZIP is unpacked, checked while one watches, and accepted", async ({ page }) => {
  const files = officeFiles({ fonds: "J902", year: 2020, count: 40 });
  await newAccession(page);
  await upload(page, [zipOf("水利局2020", files)], { name: "水利局2020年压缩包" });
  await expectState(page, "已接收");
  await expect(page.getByText(/已入库 40 件/)).toBeVisible();
  const unfold = page.getByRole("button", { name: "“关于1号渠段清淤整修工程的通知”的文件" });
  await unfold.click();
  await expect(unfold).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByText(/Plain Text File/).first()).toBeVisible();
  const [receipt] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "下载回执" }).click(),
  ]);
  expect(readFileSync(await receipt.path(), "utf8")).toContain("lantai-receipt/1");
});

test("what no machine can decide is decided by a person, for good", async ({ page }) => {
  const office = { fonds: "J902", year: 2024, count: 3, extra: "草稿备份.txt" };
  await newAccession(page);
  await upload(page, folderOf("水利局2024", officeFiles(office)), {
    name: "水利局2024年移交",
    stage: "移交与接收",
    ask: true,
  });
  await expectState(page, "等待人工判定");
  await expectAccessible(page, "accession that waits for a person");

  await toAccessions(page);
  await page.getByRole("link", { name: /待人工判定 \d+ 项/ }).click();
  await expectAccessible(page, "tasks");
  const mine = page.getByRole("region", { name: "水利局2024年移交" });
  await mine.getByRole("link", { name: /去判定/ }).click();
  const tasks = page.getByRole("region", { name: "待人工判定" });
  await expect(tasks).toBeFocused();
  await tasks.getByRole("button", { name: "写明理由接受" }).click();
  await expect(page.getByText("接受一处问题必须写明理由。")).toBeVisible();
  await tasks.getByLabel("接受的理由").fill("草稿已另存，不归档");
  await tasks.getByRole("button", { name: "写明理由接受" }).click();
  await expectAccessible(page, "decision asked for");
  await page.getByRole("dialog").getByRole("button", { name: "确认接受" }).click();
  await expect(tasks.getByText("草稿已另存，不归档")).toBeVisible();
  await tasks.getByRole("button", { name: "合格", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "确认合格" }).click();
  await expectState(page, "已接收");
  await expect(tasks.getByText("全部判定完毕。")).toBeVisible();
});

test("files that attach to nothing are assigned or left out by a person, who may take it back", async ({
  page,
}) => {
  const scans = scannedFiles({ fonds: "J902", year: 2023, count: 3 }, ["补充说明.txt", "空白封底.txt"]);
  await newAccession(page);
  await upload(page, folderOf("水利局2023扫描件", scans), { name: "水利局2023年扫描件" });
  await expectState(page, "等待人工判定");
  await page.getByRole("link", { name: "打开挂接异常清单" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "挂接异常" })).toBeVisible();
  await expectAccessible(page, "exceptions");
  const list = page.getByRole("region", { name: "文件清单" });
  await expect(list.getByRole("button", { name: /补充说明|空白封底/ })).toHaveCount(2);

  const all = page.getByRole("radio", { name: /^全部/ });
  await page.getByText(/^全部 2/).click();
  await expect(all).toBeChecked();
  await list.getByRole("button", { name: /补充说明/ }).click();
  const file = page.getByRole("region", { name: "补充说明.txt" });
  await file.getByLabel("指定所属档案").fill("0002");
  await file.getByRole("button", { name: /归入 J902-WS·2023·Y-0002/ }).click();
  await expect(file.getByText("已归入 J902-WS·2023·Y-0002")).toBeVisible();
  await expectAccessible(page, "an assigned file");
  await file.getByRole("button", { name: "撤销" }).click();
  await expect(file.getByLabel("指定所属档案")).toBeVisible();
  await expect(page.getByText(/^待处理 2/)).toBeVisible();
  await file.getByLabel("指定所属档案").fill("0003");
  await file.getByRole("button", { name: /归入 J902-WS·2023·Y-0003/ }).click();
  await expect(file.getByText("已归入 J902-WS·2023·Y-0003")).toBeVisible();

  await list.getByRole("button", { name: /空白封底/ }).click();
  const cover = page.getByRole("region", { name: "空白封底.txt" });
  await cover.getByRole("button", { name: "剔除", exact: true }).click();
  await expect(cover.getByText("剔除必须写明原因。")).toBeVisible();
  await cover.getByLabel("剔除的原因").fill("空白页");
  await cover.getByRole("button", { name: "剔除", exact: true }).click();
  await expect(cover.getByText("已剔除：空白页")).toBeVisible();

  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Unattached files" })).toBeVisible();
  await expectAccessible(page, "exceptions in English");
  await page.getByRole("button", { name: "中文" }).click();
  await page.getByRole("button", { name: "确认清单" }).click();
  await expectState(page, "已接收");
});

test("English readers find the same desk", async ({ page }) => {
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("link", { name: "Accessions", exact: true }).click();
  await expectAccessible(page, "accessions in English");
  await page.getByRole("link", { name: "水利局2019年第一次移交" }).click();
  await expect(page.getByText("Checks to look at")).toBeVisible();
  await expectAccessible(page, "returned accession in English");
  await page.getByRole("link", { name: "Filing", exact: true }).click();
  await expectAccessible(page, "filing in English");
  await page.getByRole("link", { name: "Quality", exact: true }).click();
  await expectAccessible(page, "quality in English");
});
