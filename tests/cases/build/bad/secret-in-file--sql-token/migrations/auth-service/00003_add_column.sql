-- +goose Up
INSERT INTO users VALUES (1, 'ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8');

-- +goose Down
DELETE FROM users;
