import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

test("the archive in numbers, and what came in last", async () => {
  renderDesk("/");
  expect(await screen.findByText("94%")).toBeDefined();
  expect(screen.getByRole("link", { name: "72" }).getAttribute("href")).toBe("/records");
  const table = screen.getByRole("table");
  expect(within(table).getByRole("link", { name: "水利局1958年度移交" })).toBeDefined();
  expect(screen.getByText("尚未核验")).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("an address that is none says so", async () => {
  renderDesk("/nowhere");
  expect(await screen.findByRole("heading", { level: 1, name: "没有这一页" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});
