import { broughtRecord, returnedAccession, sampleAccession, server } from "@lantai/client/testing";
import { axeFindings } from "@lantai/ui/testing";
import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { renderDesk } from "../../../render-desk.test-helper";

test("the register lists every record of all pages before it may be printed", async () => {
  server.use(
    http.get("*/api/v1/accessions/:id/records", ({ request }) => {
      const second = new URL(request.url).searchParams.has("cursor");
      const record = second ? { ...broughtRecord, code: "Q012-WS·1958·Y·BGS-0008" } : broughtRecord;
      return HttpResponse.json({ items: [record], next_cursor: second ? null : "next" });
    }),
  );
  renderDesk(`/accessions/${sampleAccession.id}/register`);
  expect(await screen.findByRole("button", { name: "打印" })).toBeDefined();
  const rows = screen.getAllByRole("rowheader").map((row) => row.textContent);
  expect(rows).toEqual([broughtRecord.code, "Q012-WS·1958·Y·BGS-0008"]);
  expect(await axeFindings()).toEqual([]);
});

test("a returned package has no register", async () => {
  server.use(http.get("*/api/v1/accessions/:id", () => HttpResponse.json(returnedAccession)));
  renderDesk(`/accessions/${returnedAccession.id}/register`);
  expect(await screen.findByText(/入库后才有移交清单/)).toBeDefined();
});
