import { problemAnswer, sampleAccession, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { fireEvent, screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

function folderFile(path: string, content = "abc"): File {
  const file = new File([content], path.slice(path.lastIndexOf("/") + 1));
  Object.defineProperty(file, "webkitRelativePath", { value: path });
  return file;
}

const BAG = ["包/bagit.txt", "包/data/一.txt", "包/.DS_Store"].map((path) => folderFile(path));

async function fillIn(user: ReturnType<typeof renderDesk>["user"]) {
  fireEvent.change(await screen.findByTestId("folder-input"), { target: { files: BAG } });
  await user.type(screen.getByLabelText("全宗号"), "Q012");
  await user.click(screen.getByRole("button", { name: "开始上传" }));
}

test("a folder is sent file by file, without what the system put into it, and submitted", async () => {
  const paths: string[] = [];
  let begun: unknown;
  let submitted = false;
  server.use(
    http.post("*/api/v1/accessions", async ({ request }) => {
      begun = await request.json();
      expect(request.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
      return HttpResponse.json({ ...sampleAccession, state: "receiving" }, { status: 201 });
    }),
    http.put("*/api/v1/accessions/:id/files", ({ request }) => {
      paths.push(new URL(request.url).searchParams.get("path") ?? "");
      return new HttpResponse(null, { status: 204 });
    }),
    http.post("*/api/v1/accessions/:id/submit", () => {
      submitted = true;
      return HttpResponse.json({ ...sampleAccession, state: "checking" }, { status: 202 });
    }),
  );
  const { user, address } = renderDesk("/accessions/new");
  await screen.findByRole("heading", { level: 1, name: "接收新的一批" });
  expect(await axeFindings()).toEqual([]);
  await fillIn(user);
  expect(await screen.findByRole("heading", { level: 1, name: sampleAccession.name })).toBeDefined();
  const described = { name: "包", fonds: "Q012", kind: "auto", stage: "filing", majors: "return" };
  expect(begun).toEqual({ ...described, corrects: null, files: 2, bytes: 6 });
  expect(paths.sort()).toEqual(["bagit.txt", "data/一.txt"]);
  expect(submitted).toBe(true);
  expect(address()).toBe(`/accessions/${sampleAccession.id}`);
});

test("a refused file is named, what arrived is discarded, and it can be tried again", async () => {
  let discarded = false;
  server.use(
    http.post("*/api/v1/accessions", () => HttpResponse.json(sampleAccession, { status: 201 })),
    http.put("*/api/v1/accessions/:id/files", () =>
      problemAnswer(400, "intake.path_escape", "path leaves the package"),
    ),
    http.delete("*/api/v1/accessions/:id", () => {
      discarded = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = renderDesk("/accessions/new");
  await fillIn(user);
  expect((await screen.findByRole("alert")).textContent).toContain("path leaves the package");
  expect(discarded).toBe(true);
  expect(screen.getByRole("button", { name: "再传一次" })).toBeDefined();
});

test("nothing is sent without files, a name and a fonds", async () => {
  const { user } = renderDesk("/accessions/new");
  await user.click(await screen.findByRole("button", { name: "开始上传" }));
  expect(await screen.findByText("请给这一批起个名称")).toBeDefined();
  expect(screen.getByText("请填写全宗号")).toBeDefined();
  await user.type(screen.getByLabelText("批次名称"), "甲");
  await user.type(screen.getByLabelText("全宗号"), "Q012");
  await user.click(screen.getByRole("button", { name: "开始上传" }));
  expect(await screen.findByText("请先选择文件夹或文件")).toBeDefined();
});
