import type { Schemas } from "../api";

export const sampleAccount: Schemas["OwnAccountBody"] = {
  name: "admin",
  password_changed_at_ms: 1_772_400_000_000,
  password_until_ms: 1_787_952_000_000,
  second_factor_demanded: false,
  totp_since_ms: 1_772_500_000_000,
  recovery_codes: 8,
  passkeys: [{ id: "key", label: "办公室电脑", created_at_ms: 1_772_500_000_000, last_used_at_ms: null }],
  provider_since_ms: null,
};

export const sampleOwnSessions: Schemas["Page_OwnSessionBody"] = {
  items: [
    {
      id: "here",
      is_this: true,
      device: "Firefox, Linux",
      address: "10.0.0.*",
      proofs: "password+totp",
      created_at_ms: 1_772_500_000_000,
      last_seen_ms: 1_772_500_600_000,
    },
    {
      id: "there",
      is_this: false,
      device: "",
      address: "",
      proofs: "password",
      created_at_ms: 1_772_400_000_000,
      last_seen_ms: 1_772_400_600_000,
    },
  ],
  next_cursor: null,
};
