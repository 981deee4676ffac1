-- +goose Up
CREATE TABLE permissions (
    name text PRIMARY KEY CHECK (name ~ '^[a-z]+(\.[a-z]+)+$'),
    description text NOT NULL
);

CREATE TABLE roles (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z-]*$')
);

CREATE TABLE role_permissions (
    role_id smallint NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    permission text NOT NULL REFERENCES permissions (name),
    PRIMARY KEY (role_id, permission)
);

CREATE TABLE user_roles (
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id smallint NOT NULL REFERENCES roles (id),
    granted_by bigint REFERENCES users (id) ON DELETE SET NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, role_id)
);

-- Foreign keys are not indexed by themselves, and deletes have to find the rows.
CREATE INDEX role_permissions_permission_idx ON role_permissions (permission);

CREATE INDEX user_roles_role_id_idx ON user_roles (role_id);

CREATE INDEX user_roles_granted_by_idx ON user_roles (granted_by);

INSERT INTO permissions (name, description) VALUES
    ('users.read', 'See accounts'),
    ('users.disable', 'Disable and enable accounts'),
    ('roles.grant', 'Give roles to accounts and take them away');

INSERT INTO roles (name) VALUES ('administrator'), ('support');

INSERT INTO role_permissions (role_id, permission)
SELECT
    roles.id,
    permissions.name
FROM roles
CROSS JOIN permissions
WHERE roles.name = 'administrator' OR permissions.name = 'users.read';

-- +goose Down
DROP TABLE user_roles;

DROP TABLE role_permissions;

DROP TABLE roles;

DROP TABLE permissions;
