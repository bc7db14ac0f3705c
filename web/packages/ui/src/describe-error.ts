import { Problem } from "@lantai/client";

type ErrorKey = "error.network" | "error.server" | "error.unexpected";

/** Which sentence tells the viewer what happened and what to do. */
export function describeError(error: unknown): ErrorKey {
  if (error instanceof Problem) return error.status >= 500 ? "error.server" : "error.unexpected";
  return error instanceof TypeError ? "error.network" : "error.unexpected";
}
