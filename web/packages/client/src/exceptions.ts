import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";

/** Which files of the list of exceptions are wanted. */
export interface ExceptionFilter {
  state?: Schemas["ExceptionState"];
  words?: string;
  folder?: string;
}

const keyOf = (id: string) => ["accessions", id, "exceptions"] as const;

/** The files of an accession that a person must attach, or has attached. */
export const exceptionsQuery = (id: string, filter: ExceptionFilter) =>
  infiniteQueryOptions({
    queryKey: [...keyOf(id), "list", filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/accessions/{id}/exceptions", {
          params: {
            path: { id },
            query: {
              limit: 100,
              ...(filter.state && { state: filter.state }),
              ...(filter.words && { q: filter.words }),
              ...(filter.folder !== undefined && { folder: filter.folder }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
  });

/** How far the list of exceptions is. */
export const exceptionsSummaryQuery = (id: string) =>
  queryOptions({
    queryKey: [...keyOf(id), "summary"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accessions/{id}/exceptions/summary", { params: { path: { id } }, signal })),
  });

/** Records of an accession that waits, by letters of their code or title. */
export const waitingRecordsQuery = (id: string, words: string) =>
  queryOptions({
    queryKey: [...keyOf(id), "records", words],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accessions/{id}/exceptions/records", {
          params: { path: { id }, query: { q: words, limit: 20 } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });

export const decideException = (id: string, number: number, body: Schemas["ExceptionDecision"]) =>
  unwrap(
    api.PUT("/api/v1/accessions/{id}/exceptions/{number}/decision", {
      params: { path: { id, number } },
      body,
    }),
  );

export const decideExceptions = (id: string, body: Schemas["ExceptionsDecision"]) =>
  unwrap(
    api.POST("/api/v1/accessions/{id}/exceptions/decisions", {
      params: { path: { id } },
      body,
    }),
  );

/** Where the content of a file of the list is, while its accession waits. */
export const exceptionContentUrl = (id: string, number: number): string =>
  `/api/v1/accessions/${encodeURIComponent(id)}/exceptions/${number}/content`;
