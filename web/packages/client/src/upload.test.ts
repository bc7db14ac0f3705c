import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { Problem } from "./problem";
import { problemAnswer, server } from "./testing";
import { UploadFailed, uploadPackage, type PackageFile, type UploadProgress } from "./upload";

const item = (path: string, content = "abc"): PackageFile => ({ path, file: new File([content], path) });
const options = (files: PackageFile[], onProgress: (progress: UploadProgress) => void = () => undefined) => ({
  accession: "a1",
  files,
  signal: new AbortController().signal,
  onProgress,
  pauses: [1, 1],
});

test("every file arrives under its path, with its bytes and the header the server asks for", async () => {
  const got = new Map<string, string>();
  server.use(
    http.put("*/api/v1/accessions/a1/files", async ({ request }) => {
      expect(request.headers.get("x-lantai-csrf")).toBe("1");
      got.set(new URL(request.url).searchParams.get("path") ?? "", await request.text());
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const reports: UploadProgress[] = [];
  await uploadPackage(
    options([item("bagit.txt"), item("data/目录 & 表.csv", "题名"), item("data/空", "")], (one) =>
      reports.push(one),
    ),
  );
  expect(Object.fromEntries(got)).toEqual({
    "bagit.txt": "abc",
    "data/目录 & 表.csv": "题名",
    "data/空": "",
  });
  expect(reports.at(-1)).toEqual({ filesDone: 3, filesTotal: 3, bytesDone: 9, bytesTotal: 9, retries: 0 });
});

test("no more than three files travel at once", async () => {
  let now = 0;
  let most = 0;
  server.use(
    http.put("*/api/v1/accessions/a1/files", async ({ request }) => {
      now += 1;
      most = Math.max(most, now);
      await request.arrayBuffer();
      await Promise.resolve();
      now -= 1;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await uploadPackage(options(Array.from({ length: 12 }, (_, n) => item(`${n}`))));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(3);
});

test("a failing server is tried again", async () => {
  let tries = 0;
  server.use(
    http.put("*/api/v1/accessions/a1/files", () => {
      tries += 1;
      return tries < 3 ? new HttpResponse(null, { status: 503 }) : new HttpResponse(null, { status: 204 });
    }),
  );
  const reports: UploadProgress[] = [];
  await uploadPackage(options([item("a")], (one) => reports.push(one)));
  expect(tries).toBe(3);
  expect(reports.at(-1)?.retries).toBe(2);
});

test("a refusal is final, says which file, and stops the others", async () => {
  const tried: string[] = [];
  server.use(
    http.put("*/api/v1/accessions/a1/files", ({ request }) => {
      tried.push(new URL(request.url).searchParams.get("path") ?? "");
      return problemAnswer(400, "intake.path_escape", "path leaves the package");
    }),
  );
  const failure = await uploadPackage({
    ...options([item("../a"), item("b"), item("c")]),
    parallel: 1,
  }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UploadFailed);
  expect((failure as UploadFailed).path).toBe("../a");
  expect((failure as UploadFailed).cause).toBeInstanceOf(Problem);
  expect(tried).toEqual(["../a"]);
});

test("stopping stops", async () => {
  const controller = new AbortController();
  const seen = vi.fn();
  server.use(
    http.put("*/api/v1/accessions/a1/files", () => {
      seen();
      controller.abort();
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await expect(
    uploadPackage({ ...options([item("a"), item("b"), item("c")]), parallel: 1, signal: controller.signal }),
  ).rejects.toThrow();
  expect(seen).toHaveBeenCalledTimes(1);
});
