-- +goose Up
CREATE TYPE verification_purpose AS ENUM ('confirm_email', 'reset_password');

CREATE TABLE verification_tokens (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose verification_purpose NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT verification_tokens_short_lived CHECK (expires_at <= created_at + interval '7 days')
);

-- One open token per account and purpose: asking again replaces the earlier one.
CREATE UNIQUE INDEX verification_tokens_open_key ON verification_tokens (user_id, purpose)
WHERE used_at IS NULL;

-- +goose Down
DROP TABLE verification_tokens;

DROP TYPE verification_purpose;
