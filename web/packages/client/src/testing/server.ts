import { http, HttpResponse, type JsonBodyType } from "msw";
import { setupServer } from "msw/node";
import * as accessions from "./accession-samples";
import * as quality from "./quality-samples";
import * as account from "./account-samples";
import * as samples from "./samples";

const get = (path: string, body: JsonBodyType) => http.get(`*/api/v1${path}`, () => HttpResponse.json(body));

/** Answers as a small archive would; a test puts its own answer before one of these. */
export const server = setupServer(
  get("/session", samples.publicSession),
  get("/account", account.sampleAccount),
  get("/account/sessions", account.sampleOwnSessions),
  get("/search", samples.sampleSearch),
  get("/fonds", { items: [samples.sampleFonds], next_cursor: null }),
  get("/fonds/:number", samples.sampleFonds),
  get("/fonds/:number/records", { items: [{ ...samples.sampleHit }], next_cursor: null }),
  get("/records/:code", samples.sampleRecord),
  get("/records/:code/text", samples.sampleText),
  get("/records/:code/events", samples.sampleEvents),
  get("/overview", samples.sampleOverview),
  get("/accessions", { items: [samples.sampleAccession], next_cursor: null }),
  get("/accessions/:id", samples.sampleAccession),
  get("/accessions/:id/findings", { items: [], next_cursor: null }),
  get("/accessions/:id/exceptions", { items: [], next_cursor: null }),
  get("/accessions/:id/exceptions/summary", {
    open: 0,
    assigned: 0,
    left_out: 0,
    task: null,
    decided: true,
    folders: [],
  }),
  get("/accessions/:id/exceptions/records", { items: [], next_cursor: null }),
  get("/accessions/:id/tasks", { items: [], next_cursor: null }),
  get("/accessions/:id/attempts", { items: accessions.sampleAttempts, next_cursor: null }),
  get("/accessions/:id/changes", accessions.sampleChanges),
  get("/accessions/:id/records", { items: [accessions.broughtRecord], next_cursor: null }),
  get("/accession-tasks", { items: [], next_cursor: null }),
  get("/quality/rules", quality.sampleQualityRules),
  get("/quality/lots", { items: [quality.sampleLot], next_cursor: null }),
  get("/quality/lots/:id", quality.sampleLot),
  get("/quality/lots/:id/items", { items: quality.sampleItems, next_cursor: null }),
  get("/quality/lots/:id/disputed", quality.disputedItems),
  get("/quality/lots/:id/report", { lot: quality.returnedLot, defective: quality.disputedItems }),
  get("/filing/tables", [quality.sampleTable.table]),
  get("/filing/tables/:id", quality.sampleTable),
  get("/filing/decisions", { items: [quality.sampleDecision], next_cursor: null }),
);

export function problemAnswer(status: number, code: string, detail?: string) {
  return HttpResponse.json(
    { type: "about:blank", title: code, status, code, detail },
    { status, headers: { "content-type": "application/problem+json" } },
  );
}
