import { http, HttpResponse } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import { watchAccession, type ProgressReport } from "./progress";
import { sampleAccession, server } from "./testing";

class FakeEvents extends EventTarget {
  static last: FakeEvents;
  closed = false;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeEvents.last = this;
  }

  close() {
    this.closed = true;
  }

  say(type: string, data: unknown = {}) {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}

afterEach(() => vi.unstubAllGlobals());

test("events are reported until the server says done", () => {
  vi.stubGlobal("EventSource", FakeEvents);
  const reports: ProgressReport[] = [];
  const onDone = vi.fn();
  watchAccession({ id: "a1", onReport: (one) => reports.push(one), onDone });
  expect(FakeEvents.last.url).toBe("/api/v1/accessions/a1/progress");
  FakeEvents.last.say("progress", { ...sampleAccession.progress, stage: "checking", state: "checking" });
  FakeEvents.last.say("done");
  expect(reports).toEqual([
    { state: "checking", progress: { ...sampleAccession.progress, stage: "checking" } },
  ]);
  expect(onDone).toHaveBeenCalledOnce();
  expect(FakeEvents.last.closed).toBe(true);
});

test("what begins to wait for a person is over for whoever watches", () => {
  vi.stubGlobal("EventSource", FakeEvents);
  const onDone = vi.fn();
  watchAccession({ id: "a1", onReport: () => undefined, onDone });
  FakeEvents.last.say("progress", { ...sampleAccession.progress, state: "checking" });
  expect(onDone).not.toHaveBeenCalled();
  FakeEvents.last.say("progress", { ...sampleAccession.progress, state: "pending_review" });
  expect(onDone).toHaveBeenCalledOnce();
  expect(FakeEvents.last.closed).toBe(true);
});

test("when events do not get through, the accession is asked for until it is over", async () => {
  vi.stubGlobal("EventSource", FakeEvents);
  const states = ["checking", "checking", "returned"] as const;
  let asked = 0;
  server.use(
    http.get("*/api/v1/accessions/a1", () => {
      const state = states[Math.min(asked, 2)];
      asked += 1;
      // The second answer is lost on its way.
      return asked === 2 ? HttpResponse.error() : HttpResponse.json({ ...sampleAccession, state });
    }),
  );
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    watchAccession({ id: "a1", onReport: ({ state }) => seen.push(state), onDone: resolve, pollEvery: 1 });
    FakeEvents.last.dispatchEvent(new Event("error"));
  });
  expect(seen).toEqual(["checking", "returned"]);
});

test("nothing is reported after it was stopped", () => {
  vi.stubGlobal("EventSource", FakeEvents);
  const onDone = vi.fn();
  watchAccession({ id: "a1", onReport: () => undefined, onDone })();
  FakeEvents.last.say("done");
  expect(onDone).not.toHaveBeenCalled();
  expect(FakeEvents.last.closed).toBe(true);
});
