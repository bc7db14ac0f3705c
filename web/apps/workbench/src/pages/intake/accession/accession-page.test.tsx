import { returnedAccession, sampleAccession, server, problemAnswer } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const ADDRESS = `/accessions/${sampleAccession.id}`;
const answer = (body: object) => http.get("*/api/v1/accessions/:id", () => HttpResponse.json(body));

test("an accepted accession shows its records and leads to the report", async () => {
  renderDesk(ADDRESS);
  expect(await screen.findByText("全部通过，已入库 1 件。")).toBeDefined();
  expect(screen.getByRole("link", { name: "查看检测报告" }).getAttribute("href")).toBe(`${ADDRESS}/report`);
  const record = await screen.findByRole("link", { name: sampleAccession.records[0]?.title ?? "" });
  expect(record.getAttribute("href")).toContain("/records/");
  expect(await axeFindings()).toEqual([]);
});

test("a returned accession says that nothing was kept", async () => {
  server.use(answer(returnedAccession));
  renderDesk(ADDRESS);
  expect(await screen.findByText(/整批退回/)).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("running checks are followed to their end, here by asking again", async () => {
  let asked = 0;
  server.use(
    http.get("*/api/v1/accessions/:id", () => {
      asked += 1;
      if (asked > 2) return HttpResponse.json(sampleAccession);
      const progress = { stage: "checking", files_done: 1, files_total: 2, bytes_done: 50, bytes_total: 100 };
      return HttpResponse.json({ ...sampleAccession, state: "checking", checks: [], records: [], progress });
    }),
  );
  renderDesk(ADDRESS);
  expect(await screen.findByRole("progressbar", { name: "检测进度条" })).toBeDefined();
  expect(screen.getByText("检测", { selector: "[aria-current=step]" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
  expect(await screen.findByText("全部通过，已入库 1 件。", undefined, { timeout: 5000 })).toBeDefined();
});

test("an accession that still receives can be discarded after asking", async () => {
  let discarded = false;
  server.use(
    answer({ ...sampleAccession, state: "receiving", checks: [], records: [] }),
    http.delete("*/api/v1/accessions/:id", () => {
      discarded = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, address } = renderDesk(ADDRESS);
  await user.click(await screen.findByRole("button", { name: "丢弃这一批" }));
  await user.click(await screen.findByRole("button", { name: "丢弃" }));
  await screen.findByRole("heading", { level: 1, name: "接收" });
  expect(discarded).toBe(true);
  expect(address()).toBe("/accessions");
});

const failure = { code: "vault.disk_full", detail: "the disk of the vault is full" };
const failed = { ...sampleAccession, state: "failed", checks: [], records: [], error: failure };

test("our own failure is not blamed on the package, which goes on where it stopped", async () => {
  let handedIn = false;
  server.use(
    http.get("*/api/v1/accessions/:id", () => HttpResponse.json(handedIn ? sampleAccession : failed)),
    http.post("*/api/v1/accessions/:id/submit", () => {
      handedIn = true;
      return HttpResponse.json({ ...sampleAccession, state: "checking" }, { status: 202 });
    }),
  );
  const { user } = renderDesk(ADDRESS);
  expect(await screen.findByText("the disk of the vault is full")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "继续" }));
  expect(await screen.findByText("全部通过，已入库 1 件。")).toBeDefined();
  expect(screen.queryByRole("button", { name: "继续" })).toBeNull();
});

test("one that was handed in by a command says how it goes on, and can be discarded", async () => {
  let discarded = false;
  server.use(
    answer(failed),
    http.post("*/api/v1/accessions/:id/submit", () => problemAnswer(409, "intake.handed_in_elsewhere")),
    http.delete("*/api/v1/accessions/:id", () => {
      discarded = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, address } = renderDesk(ADDRESS);
  await user.click(await screen.findByRole("button", { name: "继续" }));
  expect(await screen.findByText(/请在那里再次运行同一条命令/)).toBeDefined();
  await user.click(screen.getByRole("button", { name: "丢弃这一批" }));
  await user.click(await screen.findByRole("button", { name: "丢弃" }));
  await screen.findByRole("heading", { level: 1, name: "接收" });
  expect(discarded).toBe(true);
  expect(address()).toBe("/accessions");
});

test("one that is not there says so", async () => {
  server.use(http.get("*/api/v1/accessions/:id", () => problemAnswer(404, "intake.not_found")));
  renderDesk(ADDRESS);
  expect(await screen.findByText("没有找到")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});
