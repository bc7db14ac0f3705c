-- Sign-in: how old passwords are, second factors, passkeys, identities of other providers, sessions with their stages.

ALTER TABLE accounts ADD COLUMN password_changed_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN password_must_change BIGINT NOT NULL DEFAULT 0;
-- the random name under which authenticators keep an account's passkeys
ALTER TABLE accounts ADD COLUMN handle TEXT COLLATE "C";
CREATE UNIQUE INDEX accounts_by_handle ON accounts (handle);
UPDATE accounts SET password_changed_at_ms = CAST(EXTRACT(EPOCH FROM created_at::timestamptz) * 1000 AS BIGINT);

CREATE TABLE former_passwords (
    account       TEXT COLLATE "C" NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    password_hash TEXT COLLATE "C" NOT NULL,
    until_ms      BIGINT NOT NULL,
    PRIMARY KEY (account, password_hash)
);

-- Where somebody signed in from before: such an address is slowed, never locked out.
CREATE TABLE known_addresses (
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    address TEXT COLLATE "C" NOT NULL,
    last_ms BIGINT NOT NULL,
    PRIMARY KEY (account, address)
);

CREATE TABLE totp_factors (
    account       TEXT COLLATE "C" PRIMARY KEY REFERENCES accounts (name) ON DELETE CASCADE,
    sealed_secret TEXT NOT NULL,
    -- the step whose code was used last: no code counts twice
    last_step     BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    digest  TEXT COLLATE "C" NOT NULL,
    used    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account, digest)
);

CREATE TABLE passkeys (
    credential      TEXT COLLATE "C" PRIMARY KEY,
    account         TEXT COLLATE "C" NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    label           TEXT NOT NULL,
    key_state       TEXT NOT NULL,
    counter_state   TEXT NOT NULL,
    transports      BIGINT NOT NULL,
    created_at_ms   BIGINT NOT NULL,
    last_used_at_ms BIGINT
);
CREATE INDEX passkeys_of_account ON passkeys (account);

CREATE TABLE outside_identities (
    issuer       TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    account      TEXT COLLATE "C" NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    linked_at_ms BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX outside_identity_of_account ON outside_identities (issuer, account);

-- What waits for its second half: the answer of an authenticator, the return from another provider. Taken once.
CREATE TABLE sign_in_steps (
    step     TEXT COLLATE "C" PRIMARY KEY,
    kind     TEXT NOT NULL,
    account  TEXT COLLATE "C",
    content  TEXT NOT NULL,
    until_ms BIGINT NOT NULL
);
CREATE INDEX sign_in_steps_by_end ON sign_in_steps (until_ms);

-- Sessions from before know neither stage nor idle end: everybody signs in again.
DROP TABLE sessions;
CREATE TABLE sessions (
    id            TEXT COLLATE "C" PRIMARY KEY,
    token_digest  TEXT COLLATE "C" NOT NULL UNIQUE,
    account       TEXT COLLATE "C" NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    stage         TEXT NOT NULL,
    proofs        TEXT NOT NULL,
    device        TEXT NOT NULL,
    address       TEXT COLLATE "C" NOT NULL,
    created_at_ms BIGINT NOT NULL,
    proved_at_ms  BIGINT NOT NULL,
    last_seen_ms  BIGINT NOT NULL,
    idle_ms       BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);
CREATE INDEX sessions_of_account ON sessions (account);
