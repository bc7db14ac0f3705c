import { api, unwrap, type Schemas } from "./api";

export const signIn = (body: Schemas["SignInBody"]) => unwrap(api.POST("/api/v1/session", { body }));

export const signOut = () => unwrap(api.DELETE("/api/v1/session", {}));

export const decideOpening = (code: string, body: Schemas["OpeningBody"]) =>
  unwrap(api.POST("/api/v1/records/{code}/opening", { params: { path: { code } }, body }));

/** Begins an accession; the same `key` again gives the same accession. */
export const createAccession = (body: Schemas["NewAccessionBody"], key: string) =>
  unwrap(api.POST("/api/v1/accessions", { params: { header: { "Idempotency-Key": key } }, body }));

export const submitAccession = (id: string) =>
  unwrap(api.POST("/api/v1/accessions/{id}/submit", { params: { path: { id } } }));

export const discardAccession = (id: string) =>
  unwrap(api.DELETE("/api/v1/accessions/{id}", { params: { path: { id } } }));
