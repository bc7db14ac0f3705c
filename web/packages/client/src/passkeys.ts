import { api, unwrap, type Schemas } from "./api";

/** The person closed the browser's dialog, or had no passkey to choose. */
export class PasskeyGivenUp extends Error {
  override readonly name = "PasskeyGivenUp";
}

export const passkeysWork = () =>
  typeof globalThis.PublicKeyCredential === "function" && globalThis.isSecureContext !== false;

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function toText(bytes: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

interface Descriptor {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

type Written<T extends { challenge: BufferSource }> = Omit<T, "challenge"> & { challenge: string };

const descriptors = (listed: unknown): PublicKeyCredentialDescriptor[] =>
  (listed as Descriptor[]).map((one) => ({ ...one, id: toBytes(one.id) }));

/** The browser's dialog; what it throws when the person gives up is told apart from faults. */
async function ask(dialog: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await dialog();
    if (credential) return credential as PublicKeyCredential;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name !== "NotAllowedError" && name !== "AbortError") throw error;
  }
  throw new PasskeyGivenUp();
}

const common = (credential: PublicKeyCredential) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: {},
});

/** The description says of a credential only that it is an object. */
const open = (credential: object) => credential as Record<string, never>;

/** Signs in with a passkey, goes on with one after the password, or proves with one who is signed in. */
export async function signInWithPasskey(): Promise<Schemas["SessionBody"]> {
  const { public_key } = await unwrap(api.POST("/api/v1/session/passkey/options"));
  const written = public_key as unknown as Written<PublicKeyCredentialRequestOptions>;
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...written,
    challenge: toBytes(written.challenge),
    allowCredentials: descriptors(written.allowCredentials ?? []),
  };
  const credential = await ask(() => navigator.credentials.get({ publicKey }));
  const answer = credential.response as AuthenticatorAssertionResponse;
  const sent = {
    ...common(credential),
    response: {
      clientDataJSON: toText(answer.clientDataJSON),
      authenticatorData: toText(answer.authenticatorData),
      signature: toText(answer.signature),
      userHandle: answer.userHandle ? toText(answer.userHandle) : null,
    },
  };
  return unwrap(api.POST("/api/v1/session/passkey", { body: { credential: open(sent) } }));
}

/** Sets a passkey up; recovery codes come back where there were none. */
export async function addPasskey(label: string): Promise<Schemas["RecoveryCodesBody"]> {
  const { public_key } = await unwrap(api.POST("/api/v1/account/passkeys/options"));
  const written = public_key as unknown as Written<PublicKeyCredentialCreationOptions>;
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...written,
    challenge: toBytes(written.challenge),
    user: { ...written.user, id: toBytes(written.user.id as unknown as string) },
    excludeCredentials: descriptors(written.excludeCredentials ?? []),
  };
  const credential = await ask(() => navigator.credentials.create({ publicKey }));
  const answer = credential.response as AuthenticatorAttestationResponse;
  const sent = {
    ...common(credential),
    response: {
      clientDataJSON: toText(answer.clientDataJSON),
      attestationObject: toText(answer.attestationObject),
      transports: answer.getTransports?.() ?? [],
    },
  };
  return unwrap(api.POST("/api/v1/account/passkeys", { body: { label, credential: open(sent) } }));
}
