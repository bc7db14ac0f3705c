import { faultTask, pendingAccession, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

test("what waits for a person leads to its package", async () => {
  const task = { ...faultTask, accession: pendingAccession.id, accession_name: pendingAccession.name };
  server.use(
    http.get("*/api/v1/accession-tasks", () => HttpResponse.json({ items: [task], next_cursor: null })),
  );
  renderDesk("/accessions/tasks");
  expect(await screen.findByRole("link", { name: pendingAccession.name })).toBeDefined();
  const link = screen.getByRole("link", { name: "去判定 1 项" });
  expect(link.getAttribute("href")).toBe(`/accessions/${pendingAccession.id}#tasks`);
  expect(await axeFindings()).toEqual([]);
});

test("where nothing waits the page says so", async () => {
  renderDesk("/accessions/tasks");
  expect(await screen.findByText("没有等待判定的事项。")).toBeDefined();
});
