CREATE SCHEMA legacy;
CREATE TABLE legacy.customers (id bigint PRIMARY KEI);
