import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";
import type { paths } from "./schema";

/** What a search may ask for. */
export type SearchParams = NonNullable<paths["/api/v1/search"]["get"]["parameters"]["query"]>;
export type Severity = Schemas["Severity"];

export const sessionQuery = () =>
  queryOptions({
    queryKey: ["session"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/session", { signal })),
    staleTime: 60_000,
  });

export const searchQuery = (params: SearchParams) =>
  queryOptions({
    queryKey: ["search", params],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/search", { params: { query: params }, signal })),
    // The old list stays until the new one is there: nothing flickers.
    placeholderData: keepPreviousData,
  });

export const fondsListQuery = () =>
  queryOptions({
    queryKey: ["fonds"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/fonds", { signal })),
    staleTime: 60_000,
  });

export const fondsQuery = (number: string) =>
  queryOptions({
    queryKey: ["fonds", number],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/fonds/{number}", { params: { path: { number } }, signal })),
  });

export interface FondsRecordsFilter {
  year?: number;
  category?: string;
}

export const fondsRecordsQuery = (number: string, filter: FondsRecordsFilter) =>
  infiniteQueryOptions({
    queryKey: ["fonds", number, "records", filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/fonds/{number}/records", {
          params: {
            path: { number },
            query: { ...filter, limit: 50, ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const recordQuery = (code: string) =>
  queryOptions({
    queryKey: ["record", code],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/records/{code}", { params: { path: { code } }, signal })),
  });

export const recordTextQuery = (code: string) =>
  queryOptions({
    queryKey: ["record", code, "text"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/records/{code}/text", { params: { path: { code } }, signal })),
  });

export const recordEventsQuery = (code: string) =>
  queryOptions({
    queryKey: ["record", code, "events"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/records/{code}/events", { params: { path: { code } }, signal })),
  });

export const overviewQuery = () =>
  queryOptions({
    queryKey: ["overview"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/overview", { signal })),
  });

export const accessionsQuery = () =>
  infiniteQueryOptions({
    queryKey: ["accessions"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/accessions", {
          params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const accessionQuery = (id: string) =>
  queryOptions({
    queryKey: ["accessions", id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/accessions/{id}", { params: { path: { id } }, signal })),
  });

export const findingsQuery = (id: string, severity: Severity | null) =>
  infiniteQueryOptions({
    queryKey: ["accessions", id, "findings", severity],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/accessions/{id}/findings", {
          params: {
            path: { id },
            query: { limit: 100, ...(severity && { severity }), ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
