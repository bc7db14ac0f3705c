import { queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";

export const policiesQuery = () =>
  queryOptions({
    queryKey: ["policies"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/policies", { signal })),
    staleTime: 300_000,
  });

/** What the gate would answer; nothing is done and no record is read. */
export const tryPolicies = (body: Schemas["PolicyTrial"]) =>
  unwrap(api.POST("/api/v1/policies/trial", { body }));

export const whyQuery = (code: string) =>
  queryOptions({
    queryKey: ["why", code],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/records/{code}/why", { params: { path: { code } }, signal })),
  });
