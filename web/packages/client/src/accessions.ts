import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";

/** What a person must decide about an accession, or has decided. */
export const accessionTasksQuery = (id: string) =>
  queryOptions({
    queryKey: ["accessions", id, "tasks"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accessions/{id}/tasks", { params: { path: { id } }, signal })),
  });

/** The open questions about all accessions, the oldest accession first. */
export const openTasksQuery = () =>
  infiniteQueryOptions({
    queryKey: ["accession-tasks"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/accession-tasks", {
          params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const decideTask = (id: string, number: number, body: Schemas["TaskAnswer"]) =>
  unwrap(
    api.POST("/api/v1/accessions/{id}/tasks/{number}/decision", {
      params: { path: { id, number } },
      body,
    }),
  );

/** The attempts at one package, the first one first. */
export const attemptsQuery = (id: string) =>
  queryOptions({
    queryKey: ["accessions", id, "attempts"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accessions/{id}/attempts", { params: { path: { id } }, signal })),
  });

/** What a corrected package mended. */
export const changesQuery = (id: string) =>
  queryOptions({
    queryKey: ["accessions", id, "changes"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accessions/{id}/changes", { params: { path: { id } }, signal })),
  });

/** The records that an accession brought, with their files. */
export const broughtRecordsQuery = (id: string, limit = 500) =>
  infiniteQueryOptions({
    queryKey: ["accessions", id, "records", limit],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/accessions/{id}/records", {
          params: { path: { id }, query: { limit, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

/** Where the report of the four-property checks of an accession is, as a file in this form. */
export const accessionReportUrl = (id: string, form: "html" | "pdf" | "json"): string =>
  `/api/v1/accessions/${encodeURIComponent(id)}/report?as=${form}`;

/** Where the signed receipt of an accession is. */
export const receiptUrl = (id: string): string => `/api/v1/accessions/${encodeURIComponent(id)}/receipt`;
