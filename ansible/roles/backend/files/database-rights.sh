#!/bin/bash
# The application's users of the database: their passwords and rights, as the server itself reports them.
#   database-rights look    a line for each user that differs, and for each that no deploy creates
#   database-rights set     corrects them; prints "set" if one of them differed
set -euo pipefail

secrets=${SECRETS:-/data/secrets}
setting() { sed -n "s/^$2=//p" "$secrets/$1.env" | tail -n 1; }
application=$(setting backend MYSQL_USER)
application=${application:-tintype}
users=("$application" tintype_migrate tintype_backup)

rows="SELECT, INSERT, UPDATE, DELETE"
tables="CREATE, ALTER, DROP, INDEX, REFERENCES"
# shellcheck disable=SC2016 # the server quotes names like this
wanted() { # user; lines of rights|where
  case $1 in
    "$application") printf '%s|`tintype`.*\n' "$rows" ;;
    tintype_migrate)
      printf '%s|`tintype`.*\n' "$rows, $tables"
      printf '%s|`tintype\\_%s`.*\n' "$tables, INSERT, SELECT" next "$tables, INSERT, SELECT" before
      ;;
    tintype_backup)
      printf '%s|`tintype`.*\n' "SELECT, LOCK TABLES, SHOW VIEW, TRIGGER"
      printf 'ALL PRIVILEGES|`tintype\\_%s`.*\n' scratch next
      ;;
  esac
}

password() {
  case $1 in
    "$application") setting backend MYSQL_PASSWORD ;;
    tintype_migrate) setting migrate MYSQL_PASSWORD ;;
    tintype_backup) setting backup MYSQL_BACKUP_PASSWORD ;;
  esac
}

# Raw: else the server's \_ would come as \\_.
ask() { mysql --skip-column-names --raw --execute "$1"; }

# Each in one order, whatever order the server has.
sorted() {
  awk -F'|' '{
    n = split($1, word, /, */)
    for (i = 2; i <= n; i++)
      for (j = i; j > 1 && word[j] < word[j - 1]; j--) { other = word[j]; word[j] = word[j - 1]; word[j - 1] = other }
    line = word[1]
    for (i = 2; i <= n; i++) line = line "," word[i]
    print line "|" $2
  }' | sort
}

# Roles, proxies, and rights that may be handed on match none of these patterns, and stay as they are printed.
granted() {
  ask "SHOW GRANTS FOR $1@localhost" | sed -e '/^GRANT USAGE ON \*\.\* TO /{/WITH GRANT OPTION/!d}' \
    -e "s/^GRANT \(.*\) ON \(.*\) TO .$1.@.localhost.$/\1|\2/"
}

signs_in() {
  mysql --defaults-extra-file=<(printf '[client]\nuser=%s\npassword=%s\n' "$1" "$(password "$1")") \
    --execute "DO 0" >/dev/null 2>&1
}

is_right() {
  local has
  has=$(granted "$1" 2>/dev/null) && [ "$(sorted <<<"$has")" = "$(wanted "$1" | sorted)" ] && signs_in "$1"
}

# After an interrupted rotation there are two application users.
strangers() {
  local known
  known=$(printf "'%s'," "${users[@]}")
  [ ! -e "$secrets/backend.env.before" ] || known="$known'tintype','tintype_2',"
  ask "SELECT CONCAT(user, '@', host) FROM mysql.user WHERE NOT (host = 'localhost' AND user IN ($known
    'root', 'mysql', 'mariadb.sys', 'mysql.sys', 'mysql.session', 'mysql.infoschema', 'debian-sys-maint'))"
}

differing() {
  local user
  for user in "${users[@]}"; do is_right "$user" || echo "$user"; done
}

# Passwords are passed by standard input, never on a command line.
statements() {
  local user rights where
  echo "CREATE DATABASE IF NOT EXISTS tintype CHARACTER SET utf8mb4;"
  for user in "$@"; do
    echo "CREATE USER IF NOT EXISTS $user@localhost;"
    echo "ALTER USER $user@localhost IDENTIFIED BY '$(password "$user")' ACCOUNT UNLOCK;"
    # Roles, and whom the user may act for. In MySQL they do not go by what follows; in MariaDB they go before it or not at all.
    ask "SHOW GRANTS FOR $user@localhost" 2>/dev/null | sed -n -e 's/ WITH .*//' \
      -e 's/^GRANT \(PROXY ON .*\|[^ ]*\) TO \([^ ]*\)$/REVOKE \1 FROM \2;/p' || true
    echo "REVOKE ALL PRIVILEGES, GRANT OPTION FROM $user@localhost;"
    wanted "$user" | while IFS='|' read -r rights where; do
      echo "GRANT $rights ON $where TO $user@localhost;"
    done
  done
}

case $1 in
  look)
    differing | sed 's/^/database user /; s/$/ has other rights, or another password/'
    strangers | sed 's/^/database user /; s/$/ is of no deploy/'
    ;;
  set)
    mapfile -t others < <(differing)
    if [ "${#others[@]}" -eq 0 ]; then exit 0; fi
    statements "${others[@]}" | mysql
    [ -z "$(differing)" ] || {
      echo "The database did not take the rights of $(differing | paste -sd ' ')." >&2
      exit 1
    }
    echo "set"
    ;;
esac
