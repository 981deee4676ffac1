#!/bin/sh
# Runs goose (the arguments) and tells a Pushgateway how it went. Written by gen.
#
# GEN_PUSH_URL  the address of the service's group
# GEN_REPORT    `always`, or `failure`: a step before the last one has nothing to tell when it succeeds
# GEN_TABLE     goose's version table
# GEN_VERSION   the version that this run is to reach
#
# The exit code is goose's, whatever becomes of the report. No file is written: the root is read-only.
set -u

LIMIT=5 # seconds for each of the two things that happen behind goose: the kubelet gives 30 in all

: "${GEN_PUSH_URL=}" "${GEN_REPORT=}" "${GEN_TABLE=}" "${GEN_VERSION=}"

child=
ready=
signalled=
woken=

# Before it has dropped this shell's traps, a child would lose a signal: so it is held until the child says USR1.
pass_on() {
    if [ -n "$signalled" ] && [ -n "$ready" ] && [ -n "$child" ]; then
        kill -s TERM "$child" 2>/dev/null
    fi
}
# A shell's background child ignores INT, so whatever comes, TERM is what goose gets.
trap 'signalled=1 woken=signal; pass_on' TERM INT HUP
trap 'ready=1 woken=${woken:-ready}; pass_on' USR1

# Sets `code`. A trap ends `wait` with more than 128, which looks like a killed child: ask again. A child that ended
# in that very moment may be forgotten by then (127, in bash 255): what goose never says itself.
await() {
    held=
    while :; do
        woken=
        wait "$1" 2>/dev/null
        code=$?
        case $code in
        127 | 255) code=${held:-$code} && return ;;
        esac
        if [ "$code" -le 128 ] || [ -z "$woken" ]; then
            return
        fi
        # No child ends by our own USR1.
        [ "$woken" = ready ] || held=$code
    done
}

# For at most LIMIT seconds. What waits beside it must not hold the pipe that `$(...)` reads to its end.
bounded() {
    "$@" &
    work=$!
    (sleep "$LIMIT" && kill -s KILL "$work") </dev/null >/dev/null 2>&1 &
    watch=$!
    wait "$work"
    result=$?
    kill "$watch" 2>/dev/null
    return "$result"
}

database_version() {
    PGCONNECT_TIMEOUT=3 exec "$goose" -table="$GEN_TABLE" -timeout=3s version 2>&1
}

# POST replaces the metrics that it names: a version that could not be read stays what it was. Not every busybox
# has `-T`, and none reads what it posts from its input.
post() {
    if command -v wget >/dev/null; then
        exec wget -q -O /dev/null --post-data="$metrics" "$GEN_PUSH_URL"
    fi
    exec curl -fsS -o /dev/null --data-binary "$metrics" "$GEN_PUSH_URL"
}

is_number() {
    case $1 in
    '' | *[!0-9]*) return 1 ;;
    esac
}

# name, help, version, value
gauge() {
    metrics="$metrics# HELP $1 $2
# TYPE $1 gauge
$1{version=\"$3\"} $4
"
}

find_version() {
    found=$(bounded database_version) || found=
    found=${found##*goose: version }
    is_number "$found"
}

report() {
    metrics=
    if is_number "$started" && is_number "$ended"; then
        duration=$((ended - started))
        [ "$duration" -ge 0 ] || duration=0
        gauge migration_run_start_time_seconds "When the newest run of goose started, in unix time." \
            "$GEN_VERSION" "$started"
        gauge migration_run_duration_seconds "How long the newest run of goose took." "$GEN_VERSION" "$duration"
    fi
    [ "$code" -eq 0 ] && failed=0 || failed=1
    gauge migration_run_failed "Whether the newest run of goose failed." "$GEN_VERSION" "$failed"
    # The server may still be ending goose's session, and the role may be allowed one.
    if find_version || { sleep 1 && find_version; }; then
        gauge migration_database_version "The version that goose found in the database." "$found" "$found"
    fi
    bounded post && return
    echo "report.sh: $GEN_PUSH_URL did not take the report (exit code $?); the migration's own result stands" >&2
}

goose=$1
{ true 3<&0; } 2>/dev/null || exec </dev/null
exec 3<&0 # A background child would read /dev/null.
started=$(date +%s)
(
    kill -s USR1 "$$"
    exec "$@"
) <&3 3<&- &
child=$!
# Not with `wait`: bash loses what comes while it wakes up. Without an answer (no memory, say) it goes on.
turns=0
while [ -z "$ready" ] && [ "$turns" -lt 100000 ]; do
    turns=$((turns + 1))
done
pass_on
await "$child"
child=
exec 3<&-
trap : TERM INT HUP

if [ "$GEN_REPORT" = always ] || [ "$code" -ne 0 ]; then
    ended=$(date +%s)
    # In a shell of its own: nothing that happens there ends this one, or a wait of it.
    (report)
fi
exit "$code"
