#!/bin/bash
# Asks as the service does: by TCP, with its user. While the image's entrypoint makes the schema, no port is open.
set -euo pipefail
client=$(command -v mariadb || command -v mysql)
export MYSQL_PWD
MYSQL_PWD=$(cat /run/secrets/mysql_password) # in no command line
"$client" --no-defaults --protocol=tcp --host=127.0.0.1 --user="$SCHEMA" --connect-timeout=9 --execute="SELECT 1" "$SCHEMA" >/dev/null
echo ready
