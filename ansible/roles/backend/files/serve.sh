#!/bin/bash
# Starts and tries releases of the API on the backend host. Failures are explained on standard error.
#   serve try RELEASE    migrates, and runs it on a private port beside the active one until it is ready
#   serve start          restarts the API with the current release and waits until it is ready
#   serve restart        restarts it as it is, without checking the current release
#   serve stop
set -euo pipefail

units=/etc/systemd/system
service=tintype-backend.service
# On a fifth of a core Node needs half a minute to listen. A process that ends is noticed at once.
patience=60

ask() { # address:port; the answer
  # shellcheck disable=SC2016 # the inner shell expands it
  exec timeout 15 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET /api/ready HTTP/1.0\r\n\r\n" >&3 && cat <&3' \
    "${1%:*}" "${1##*:}" 2>/dev/null
}

runs() { [ "$(systemctl show --property SubState "$1")" = SubState=running ]; }

tell() { # unit, what is wrong with it
  journalctl --sync 2>/dev/null || true
  printf '%s %s. Its last lines:\n\n' "$1" "$2" >&2
  journalctl --unit "$1" --no-pager --output cat --lines 12 >&2
  echo >&2
}

# Also checks the unit: systemd holds the socket, so connections are not refused when no process accepts them.
wait_until_ready() { # unit, address:port, seconds
  local end=$((SECONDS + $3)) answer asking
  answer=$answers/ready
  : >"$answer"
  while [ "$SECONDS" -lt "$end" ]; do
    ask "$2" >"$answer" &
    asking=$!
    while sleep 0.1; do
      if ! runs "$1"; then
        kill "$asking" 2>/dev/null || true
        tell "$1" "ended"
        return 1
      fi
      kill -0 "$asking" 2>/dev/null || break
    done
    if grep -q '^HTTP/1.1 200 ' "$answer"; then return; fi
  done
  tell "$1" "was not ready within $3 s: $(tail -n 1 "$answer")"
  return 1
}

try() {
  local unit="tintype-candidate@$1.service" outcome=0
  systemctl daemon-reload
  if ! systemctl start "tintype-migrate@$1.service" 2>/dev/null; then
    tell "tintype-migrate@$1.service" "failed"
    return 1
  fi
  systemctl start "$unit"
  wait_until_ready "$unit" 127.0.0.1:8079 "$patience" || outcome=1
  systemctl stop "$unit"
  systemctl reset-failed "$unit" 2>/dev/null || true
  return "$outcome"
}

start() {
  install -m 0644 "/opt/tintype/current/$service" "$units/"
  systemctl daemon-reload
  restart
}

restart() {
  systemctl reset-failed "$service" 2>/dev/null || true
  systemctl restart "$service" || true
  wait_until_ready "$service" "$(sed -n 's/^ListenStream=//p' "$units/tintype-backend.socket")" "$patience"
}

answers=$(mktemp --directory)
trap 'rm -r "$answers"' EXIT
case $1 in
  try) try "$2" ;;
  start) start ;;
  restart) restart ;;
  stop) systemctl stop tintype-backend.socket "$service" ;;
esac
