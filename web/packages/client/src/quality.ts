import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";

/** Pieces asked for at once. */
const ITEMS_AT_ONCE = 500;

export const qualityRulesQuery = () =>
  queryOptions({
    queryKey: ["quality", "rules"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/quality/rules", { signal })),
    staleTime: 300_000,
  });

export const qualityLotsQuery = () =>
  infiniteQueryOptions({
    queryKey: ["quality", "lots"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/quality/lots", {
          params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const qualityLotQuery = (id: string) =>
  queryOptions({
    queryKey: ["quality", "lot", id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/quality/lots/{id}", { params: { path: { id } }, signal })),
  });

/** Every piece of the sample with the marks that may be seen; page by page, at most a sample of the rules' size. */
export const qualityItemsQuery = (id: string) =>
  queryOptions({
    queryKey: ["quality", "lot", id, "items"],
    queryFn: async ({ signal }) => {
      const items: Schemas["QualityItemBody"][] = [];
      let cursor: string | null = null;
      do {
        const query: { limit: number; cursor?: string } = {
          limit: ITEMS_AT_ONCE,
          ...(cursor !== null && { cursor }),
        };
        const page: Schemas["Page_QualityItemBody"] = await unwrap(
          api.GET("/api/v1/quality/lots/{id}/items", { params: { path: { id }, query }, signal }),
        );
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null);
      return items;
    },
  });

export const qualityDisputedQuery = (id: string) =>
  queryOptions({
    queryKey: ["quality", "lot", id, "disputed"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/quality/lots/{id}/disputed", { params: { path: { id } }, signal })),
  });

export const qualityReportQuery = (id: string) =>
  queryOptions({
    queryKey: ["quality", "lot", id, "report"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/quality/lots/{id}/report", { params: { path: { id } }, signal })),
  });

export const previewQualityLot = (body: Schemas["NewQualityLotBody"]) =>
  unwrap(api.POST("/api/v1/quality/previews", { body }));

export const createQualityLot = (body: Schemas["NewQualityLotBody"]) =>
  unwrap(api.POST("/api/v1/quality/lots", { body }));

export const takeQualitySeat = (id: string) =>
  unwrap(api.POST("/api/v1/quality/lots/{id}/seat", { params: { path: { id } } }));

export const markQualityItem = (id: string, n: number, body: Schemas["NewQualityMarkBody"]) =>
  unwrap(api.PUT("/api/v1/quality/lots/{id}/items/{n}/mark", { params: { path: { id, n } }, body }));

export const undoQualityMark = (id: string, n: number) =>
  unwrap(api.DELETE("/api/v1/quality/lots/{id}/items/{n}/mark", { params: { path: { id, n } } }));

export const submitQualityMarks = (id: string) =>
  unwrap(api.POST("/api/v1/quality/lots/{id}/submission", { params: { path: { id } } }));

export const concludeQualityLot = (id: string) =>
  unwrap(api.POST("/api/v1/quality/lots/{id}/conclusion", { params: { path: { id } } }));

export const withdrawQualityLot = (id: string, reason: string) =>
  unwrap(api.POST("/api/v1/quality/lots/{id}/withdrawal", { params: { path: { id } }, body: { reason } }));
