import createClient, { type Middleware } from "openapi-fetch";
import { Problem, problemFrom } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** A form on another site cannot set a header, so the server asks for this one on every change. */
export const CSRF_HEADERS = { "x-lantai-csrf": "1" } as const;

const csrf: Middleware = {
  onRequest({ request }) {
    if (request.method === "GET") return undefined;
    for (const [name, value] of Object.entries(CSRF_HEADERS)) request.headers.set(name, value);
    return request;
  },
};

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  // Looked up at each call, so that tests can put themselves in between.
  fetch: (request) => globalThis.fetch(request),
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(csrf);

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The body of an answer, or its problem thrown. */
export async function unwrap<Data>(answer: Promise<Answer<Data>>): Promise<Exclude<Data, undefined>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemFrom(response.status, error);
  return data as Exclude<Data, undefined>;
}

/** Asks again once when the network or the server failed, never when the server refused. */
export function shouldAskAgain(failures: number, error: unknown): boolean {
  if (error instanceof Problem && error.status < 500) return false;
  return failures < 1;
}
