import { Problem } from "@lantai/client";

type ErrorKey = "error.network" | "error.server" | "error.not_allowed" | "error.unexpected";

/** Which sentence tells the viewer what happened and what to do. */
export function describeError(error: unknown): ErrorKey {
  if (error instanceof Problem) {
    if (error.status >= 500) return "error.server";
    return error.status === 403 ? "error.not_allowed" : "error.unexpected";
  }
  return error instanceof TypeError ? "error.network" : "error.unexpected";
}
