import { returnedAccession, sampleAccession, sampleAttempts, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

const [first] = sampleAttempts;
const answer = (body: object) =>
  server.use(http.get("*/api/v1/accessions/:id", () => HttpResponse.json(body)));

test("a corrected package shows the attempt before it and what it mended", async () => {
  answer({ ...sampleAccession, corrects: first?.id });
  renderDesk(`/accessions/${sampleAccession.id}`);
  const panel = await screen.findByRole("region", { name: "历次接收" });
  const before = await within(panel).findByRole("link", { name: first?.name ?? "" });
  expect(before.getAttribute("href")).toBe(`/accessions/${first?.id}`);
  expect(await within(panel).findByText(/已改正 2 处/)).toBeDefined();
  expect(await axeFindings()).toEqual([]);
});

test("a returned package leads to its correction, which names it", async () => {
  answer(returnedAccession);
  const { user, address } = renderDesk(`/accessions/${returnedAccession.id}`);
  await user.click(await screen.findByRole("link", { name: "接收改正后的包" }));
  expect(await screen.findByText(/这是对“水利局1958年度移交”的改正/)).toBeDefined();
  expect(address()).toBe(`/accessions/new?corrects=${returnedAccession.id}`);
});
