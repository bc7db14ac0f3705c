import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { signIn } from "./actions";
import { api, shouldAskAgain, unwrap } from "./api";
import { isNotFound, Problem } from "./problem";
import { problemAnswer, publicSession, server } from "./testing";

test("a change carries the header the server asks for, a reading does not", async () => {
  const seen: (string | null)[] = [];
  server.use(
    http.post("*/api/v1/session", ({ request }) => {
      seen.push(request.headers.get("x-lantai-csrf"));
      return HttpResponse.json(publicSession);
    }),
    http.get("*/api/v1/session", ({ request }) => {
      seen.push(request.headers.get("x-lantai-csrf"));
      return HttpResponse.json(publicSession);
    }),
  );
  await signIn({ name: "admin", password: "x" });
  await unwrap(api.GET("/api/v1/session"));
  expect(seen).toEqual(["1", null]);
});

test("an error of the server becomes a problem with its code", async () => {
  server.use(http.get("*/api/v1/session", () => problemAnswer(404, "access.not_found", "no such thing")));
  const error: unknown = await unwrap(api.GET("/api/v1/session")).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 404, code: "access.not_found", detail: "no such thing" });
  expect(isNotFound(error)).toBe(true);
});

test("an error that is no problem body is told by its status", async () => {
  server.use(http.get("*/api/v1/session", () => new HttpResponse("<h1>Bad gateway</h1>", { status: 502 })));
  const error: unknown = await unwrap(api.GET("/api/v1/session")).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ status: 502, code: "http.unexpected" });
});

test("a refusal is not asked again, a failure once", () => {
  const problem = (status: number) => new Problem({ type: "", title: "", status, code: "x" });
  expect(shouldAskAgain(0, problem(404))).toBe(false);
  expect(shouldAskAgain(0, problem(503))).toBe(true);
  expect(shouldAskAgain(1, problem(503))).toBe(false);
  expect(shouldAskAgain(0, new TypeError("no network"))).toBe(true);
});
