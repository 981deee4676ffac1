-- What proves that a person owns an account: hashes and public keys, never a secret itself.

-- +goose Up
CREATE TYPE credential_kind AS ENUM ('password_hash', 'webauthn', 'recovery_code_hash');

CREATE TABLE credentials (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind credential_kind NOT NULL,
    verifier bytea NOT NULL CHECK (octet_length(verifier) BETWEEN 16 AND 4096),
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at timestamptz
);

CREATE INDEX credentials_user_id_idx ON credentials (user_id);

CREATE UNIQUE INDEX credentials_one_password_key ON credentials (user_id)
WHERE kind = 'password_hash' AND revoked_at IS NULL;

COMMENT ON COLUMN credentials.verifier IS 'Encoded hash or public key; its format depends on kind';

-- +goose Down
DROP TABLE credentials;

DROP TYPE credential_kind;
