#!/usr/bin/env bash
# Exits 1 if the database's root can sign in by anything but the local socket.
set -euo pipefail
root=$(mysql --skip-column-names --execute "SHOW CREATE USER root@localhost")
beside="mysql_native_password USING 'invalid' OR "
root=${root/"$beside"/}
by_socket="IDENTIFIED (WITH|VIA) '?(auth|unix)_socket'?( REQUIRE | PASSWORD | ACCOUNT |$)"
if [[ $root =~ $by_socket ]]; then exit 0; fi
echo "root@localhost of the database does not sign in by the socket alone. On the backend host (make ssh HOST=backend) run" >&2
echo "  sudo mysql --execute 'ALTER USER root@localhost IDENTIFIED WITH auth_socket'" >&2
echo "with unix_socket where it is MariaDB, and deploy again." >&2
exit 1
