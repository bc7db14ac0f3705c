import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";

const AT_ONCE = 200;

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** Every page of a list that is short in any archive. */
async function everyPage<Item>(ask: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<Item> = await ask(cursor ?? undefined);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}

export const institutionsQuery = () =>
  queryOptions({
    queryKey: ["people", "institutions"],
    queryFn: ({ signal }) =>
      everyPage<Schemas["InstitutionBody"]>((cursor) =>
        unwrap(
          api.GET("/api/v1/institutions", {
            params: { query: { limit: AT_ONCE, ...(cursor && { cursor }) } },
            signal,
          }),
        ),
      ),
  });

export const postsQuery = (institution: string) =>
  queryOptions({
    queryKey: ["people", "posts", institution],
    queryFn: ({ signal }) =>
      everyPage<Schemas["PostBody"]>((cursor) =>
        unwrap(
          api.GET("/api/v1/posts", {
            params: { query: { institution, limit: AT_ONCE, ...(cursor && { cursor }) } },
            signal,
          }),
        ),
      ),
  });

export const personsQuery = (institution: string | null, q: string) =>
  infiniteQueryOptions({
    queryKey: ["people", "persons", institution, q],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/persons", {
          params: {
            query: {
              limit: 50,
              ...(institution && { institution }),
              ...(q && { q }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const waitingGrantsQuery = () =>
  infiniteQueryOptions({
    queryKey: ["people", "waiting"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/grants/waiting", {
          params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const servicesQuery = () =>
  infiniteQueryOptions({
    queryKey: ["people", "services"],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/services", {
          params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const readersQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["people", "readers", q],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/readers", {
          params: { query: { limit: 50, ...(q && { q }), ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const enterInstitution = (body: Schemas["NewInstitutionBody"]) =>
  unwrap(api.POST("/api/v1/institutions", { body }));

export const changeInstitution = (id: string, body: Schemas["InstitutionChangeBody"]) =>
  unwrap(api.PUT("/api/v1/institutions/{id}", { params: { path: { id } }, body }));

export const enterPerson = (body: Schemas["NewPersonBody"]) => unwrap(api.POST("/api/v1/persons", { body }));

export const makePost = (body: Schemas["NewPostBody"]) => unwrap(api.POST("/api/v1/posts", { body }));

export const closePost = (id: string) =>
  unwrap(api.DELETE("/api/v1/posts/{id}", { params: { path: { id } } }));

export const createAccount = (body: Schemas["NewAccountBody"]) =>
  unwrap(api.POST("/api/v1/accounts", { body }));

export const activateAccount = (name: string) =>
  unwrap(api.POST("/api/v1/accounts/{name}/activation", { params: { path: { name } } }));

export const disableAccount = (name: string, reason: string) =>
  unwrap(api.POST("/api/v1/accounts/{name}/disabling", { params: { path: { name } }, body: { reason } }));

export const reinstateAccount = (name: string, body: Schemas["ReinstatementBody"]) =>
  unwrap(api.POST("/api/v1/accounts/{name}/reinstatement", { params: { path: { name } }, body }));

export const proposeHolding = (body: Schemas["ProposalBody"]) =>
  unwrap(api.POST("/api/v1/holdings", { body }));

export const handOverPost = (id: string, body: Schemas["HandOverBody"]) =>
  unwrap(api.POST("/api/v1/holdings/{id}/handover", { params: { path: { id } }, body }));

export const agreeToHolding = (id: string) =>
  unwrap(api.POST("/api/v1/holdings/{id}/agreement", { params: { path: { id } } }));

export const refuseHolding = (id: string, reason: string) =>
  unwrap(api.POST("/api/v1/holdings/{id}/refusal", { params: { path: { id } }, body: { reason } }));

export const endHolding = (id: string, reason: string) =>
  unwrap(api.POST("/api/v1/holdings/{id}/end", { params: { path: { id } }, body: { reason } }));

export const verifyReader = (id: string, document: string) =>
  unwrap(api.POST("/api/v1/readers/{id}/verification", { params: { path: { id } }, body: { document } }));

export const createService = (body: Schemas["NewServiceBody"]) =>
  unwrap(api.POST("/api/v1/services", { body }));

export const proposeToken = (name: string, body: Schemas["NewTokenBody"]) =>
  unwrap(api.POST("/api/v1/services/{name}/tokens", { params: { path: { name } }, body }));

export const agreeToToken = (id: string) =>
  unwrap(api.POST("/api/v1/tokens/{id}/agreement", { params: { path: { id } } }));

export const refuseToken = (id: string, reason: string) =>
  unwrap(api.POST("/api/v1/tokens/{id}/refusal", { params: { path: { id } }, body: { reason } }));

export const revokeToken = (id: string, reason: string) =>
  unwrap(api.POST("/api/v1/tokens/{id}/revocation", { params: { path: { id } }, body: { reason } }));
