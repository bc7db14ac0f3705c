import { faultTask, manualTask, pendingAccession, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const ADDRESS = `/accessions/${pendingAccession.id}`;

function waiting(tasks: object[]) {
  const answers: { number: string; body: unknown }[] = [];
  server.use(
    http.get("*/api/v1/accessions/:id", () => HttpResponse.json(pendingAccession)),
    http.get("*/api/v1/accessions/:id/tasks", () => HttpResponse.json({ items: tasks, next_cursor: null })),
    http.post("*/api/v1/accessions/:id/tasks/:number/decision", async ({ params, request }) => {
      answers.push({ number: String(params["number"]), body: await request.json() });
      return HttpResponse.json({ ...manualTask, decision: null });
    }),
  );
  return answers;
}

test("a package that waits for a person says so and shows what is to be decided", async () => {
  waiting([manualTask, faultTask]);
  renderDesk(ADDRESS);
  expect(await screen.findByText("自动检测已完成，还有 2 项要由人判定。")).toBeDefined();
  expect(await screen.findByText("还有 2 项等待判定。")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("a manual check is passed after asking, since it is for good", async () => {
  const answers = waiting([manualTask]);
  const { user } = renderDesk(ADDRESS);
  await user.click(await screen.findByRole("button", { name: "合格" }));
  expect(await screen.findByText("判为合格？")).toBeDefined();
  expect(answers).toEqual([]);
  await user.click(screen.getByRole("button", { name: "确认合格" }));
  await expect.poll(() => answers).toEqual([{ number: "1", body: { passed: true, note: "" } }]);
});

test("a fault is accepted only with a written reason", async () => {
  const answers = waiting([faultTask]);
  const { user } = renderDesk(ADDRESS);
  await user.click(await screen.findByRole("button", { name: "写明理由接受" }));
  expect(await screen.findByText("接受一处问题必须写明理由。")).toBeDefined();
  expect(answers).toEqual([]);
  await user.type(screen.getByRole("textbox", { name: "接受的理由" }), "原编号沿用旧制");
  await user.click(screen.getByRole("button", { name: "写明理由接受" }));
  await user.click(await screen.findByRole("button", { name: "确认接受" }));
  await expect.poll(() => answers).toEqual([{ number: "2", body: { passed: true, note: "原编号沿用旧制" } }]);
});

test("what was decided is told with its reason and by whom", async () => {
  const decision = { passed: false, note: "光盘有划痕", by: "wang", at: "2026-03-02T09:30:00Z" };
  waiting([{ ...manualTask, decision }]);
  renderDesk(ADDRESS);
  const panel = await screen.findByRole("region", { name: "待人工判定" });
  expect(await within(panel).findByText("光盘有划痕")).toBeDefined();
  expect(within(panel).getByText(/wang/)).toBeDefined();
  expect(within(panel).queryByRole("button")).toBeNull();
});
