import { axeFindings } from "@lantai/ui/testing";
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderPortal } from "../../render-portal.test-helper";

test("the archive introduces itself", async () => {
  renderPortal("/about");
  expect(await screen.findByRole("heading", { level: 1, name: "关于本馆" })).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("an address that is none says so and offers a search", async () => {
  renderPortal("/nowhere");
  expect(await screen.findByRole("heading", { level: 1, name: "没有这一页" })).toBeDefined();
  expect(screen.getAllByRole("searchbox")).toHaveLength(2);
  expect(await axeFindings()).toEqual([]);
});
