import { queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schemas } from "./api";

export const accountQuery = () =>
  queryOptions({
    queryKey: ["account"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/account", { signal })),
  });

export const ownSessionsQuery = () =>
  queryOptions({
    queryKey: ["account", "sessions"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/account/sessions", { signal })),
  });

export const sendCode = (code: string) =>
  unwrap(api.POST("/api/v1/session/second-factor", { body: { code } }));

/** Proves once more who is signed in: the password, or a code of the authenticator. */
export const prove = (proof: string) => unwrap(api.POST("/api/v1/session/proof", { body: { proof } }));

export const changePassword = (body: Schemas["NewPasswordBody"]) =>
  unwrap(api.PUT("/api/v1/account/password", { body }));

export const beginTotp = () => unwrap(api.POST("/api/v1/account/totp"));

export const confirmTotp = (body: Schemas["ConfirmTotpBody"]) =>
  unwrap(api.POST("/api/v1/account/totp/confirmation", { body }));

export const removeTotp = () => unwrap(api.DELETE("/api/v1/account/totp", {}));

export const newRecoveryCodes = () => unwrap(api.POST("/api/v1/account/recovery-codes"));

export const removePasskey = (passkey: string) =>
  unwrap(api.DELETE("/api/v1/account/passkeys/{passkey}", { params: { path: { passkey } } }));

export const endSession = (session: string) =>
  unwrap(api.DELETE("/api/v1/account/sessions/{session}", { params: { path: { session } } }));

export const endOtherSessions = () => unwrap(api.DELETE("/api/v1/account/sessions", {}));

/** Where to go to link the other provider of identities. */
export const linkProvider = () => unwrap(api.POST("/api/v1/account/provider"));

export const unlinkProvider = () => unwrap(api.DELETE("/api/v1/account/provider", {}));

/** Where signing in by the other provider begins. */
export const PROVIDER_ADDRESS = "/api/v1/session/provider";
