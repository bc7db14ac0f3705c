import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";

/** Which events of the audit trail; an empty value asks for all. */
export interface AuditFilter {
  actor?: string;
  action?: string;
  class?: string;
  outcome?: string;
  object?: string;
  fonds?: string;
  from?: string;
  until?: string;
  first?: number;
  last?: number;
}

export const auditEventsQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", "events", filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/audit/events", {
          params: { query: { ...filter, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const auditEventQuery = (seq: number) =>
  queryOptions({
    queryKey: ["audit", "event", seq],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/audit/events/{n}", { params: { path: { n: seq } }, signal })),
  });

export const auditDaysQuery = (days: number) =>
  queryOptions({
    queryKey: ["audit", "days", days],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/audit/days", { params: { query: { days } }, signal })),
  });

export const alertsQuery = (open: boolean) =>
  infiniteQueryOptions({
    queryKey: ["audit", "alerts", open],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/audit/alerts", {
          params: { query: { open, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const acknowledgeAlert = (id: string, body: Schemas["AcknowledgementBody"]) =>
  unwrap(api.POST("/api/v1/audit/alerts/{id}/acknowledgement", { params: { path: { id } }, body }));

/** Proves the whole chain; takes long for a long trail, and is done only when it is asked for. */
export const verifyAuditTrail = () => unwrap(api.GET("/api/v1/audit/verification", {}));

/** Where a file of the events that fit is fetched, or what proves it. */
export function auditExportAddress(filter: AuditFilter, form: "csv" | "jsonl", proof = false): string {
  const query = new URLSearchParams({ form });
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  return `/api/v1/audit/export${proof ? "/proof" : ""}?${query.toString()}`;
}
