import type { components } from "./schema";

/** A proxy may leave the detail out; our server never does. */
type ProblemBody = Omit<components["schemas"]["Problem"], "detail"> & { detail?: string | undefined };

/** The server answered with an error; `code` is its stable name. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly detail: string | null;

  constructor(body: ProblemBody) {
    super(body.detail ?? body.title);
    this.status = body.status;
    this.code = body.code;
    this.detail = body.detail ?? null;
  }
}

/** Reads whatever came back with an error status; a proxy may answer with something that is no problem body. */
export function problemFrom(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null && "code" in body && typeof body.code === "string") {
    const { title, detail } = body as Partial<ProblemBody>;
    return new Problem({ type: "about:blank", title: title ?? "", status, code: body.code, detail });
  }
  return new Problem({ type: "about:blank", title: `HTTP ${status}`, status, code: "http.unexpected" });
}

/** Not there, or not for this viewer: the server makes no difference. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Problem && error.status === 404;
}
