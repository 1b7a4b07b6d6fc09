#!/bin/bash
# Starts MariaDB as its official image does: on an empty volume it creates a database and reads /docker-entrypoint-initdb.d.
set -euo pipefail

if [ "${1:0:1}" = - ]; then set -- mariadbd "$@"; fi
data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock

docker_process_sql() {
  mariadb --no-defaults --socket="$socket" --user=root "$@"
}

if [ "$1" = mariadbd ] && [ ! -e "$data/complete" ]; then
  find "$data" -mindepth 1 -delete # of a start that was killed
  mariadb-install-db --no-defaults --datadir="$data" --skip-test-db --auth-root-authentication-method=normal >/dev/null
  mariadbd --no-defaults --datadir="$data" --socket="$socket" --skip-networking &
  server=$!
  until docker_process_sql --execute="SELECT 1" >/dev/null 2>&1; do
    kill -0 "$server"
    sleep 0.1
  done
  for script in /docker-entrypoint-initdb.d/*.sh; do
    # shellcheck source=/dev/null
    . "$script"
  done
  docker_process_sql <<SQL
ALTER USER root@localhost IDENTIFIED BY '$(cat "$MYSQL_ROOT_PASSWORD_FILE")';
SQL
  kill "$server"
  wait "$server"
  touch "$data/complete"
fi

if [ "$1" = mariadbd ]; then
  shift
  set -- mariadbd --no-defaults --datadir="$data" --socket="$socket" "$@"
fi
exec "$@"
