import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";

export const filingTablesQuery = () =>
  queryOptions({
    queryKey: ["filing", "tables"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/filing/tables", { signal })),
    staleTime: 300_000,
  });

export const filingTableQuery = (id: string) =>
  queryOptions({
    queryKey: ["filing", "tables", id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/filing/tables/{id}", { params: { path: { id } }, signal })),
    staleTime: 300_000,
  });

/** Where a table is got as a sheet. */
export const filingSheetAddress = (id: string) => `/api/v1/filing/tables/${encodeURIComponent(id)}/sheet`;

export const filingDecisionsQuery = (overridden: boolean) =>
  infiniteQueryOptions({
    queryKey: ["filing", "decisions", overridden],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/filing/decisions", {
          params: {
            query: {
              limit: 50,
              ...(overridden && { overridden }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const proposeFiling = (documents: Schemas["FilingDocumentBody"][]) =>
  unwrap(api.POST("/api/v1/filing/proposals", { body: { documents } }));

export const decideFiling = (choices: Schemas["FilingChoiceBody"][]) =>
  unwrap(api.POST("/api/v1/filing/decisions", { body: { choices } }));

/** What is said of a table that comes as a sheet. */
export type FilingScheme = Schemas["FilingSchemeBody"];

/** What a sheet would change; nothing is changed. */
export const previewFilingTable = (scheme: FilingScheme, sheet: File) => sendSheet(scheme, sheet, true);

/** Takes a sheet as a table in force. */
export const importFilingTable = (scheme: FilingScheme, sheet: File) => sendSheet(scheme, sheet, false);

function sendSheet(scheme: FilingScheme, sheet: File, preview: boolean) {
  return unwrap(
    api.POST("/api/v1/filing/tables", {
      params: { query: { preview } },
      body: { scheme, sheet: sheet.name },
      bodySerializer: () => {
        const form = new FormData();
        form.append("scheme", JSON.stringify(scheme));
        form.append("sheet", sheet, sheet.name);
        return form;
      },
    }),
  );
}
