#!/bin/bash
# Creates new token keys, a new database user with a new password for the application, and a new password for migrations.
# No session ends: the previous keys sign for another three minutes, so that every process and every cache of public keys
# has the new ones before they sign, and are accepted until what they signed has expired. Whatever interrupts this, files
# and database match: both old, or both new. Running it again completes it.
set -euo pipefail
umask 077
folder=${SECRETS:-/data/secrets}
# Begins when the file is written, and has to cover the longest restart (90 s, by serve) and the life of a cache of public
# keys (30 s). A restart that fails is undone before a new key has signed.
handover_seconds=180
keep_seconds=$((15 * 24 * 3600)) # beyond the life of a refresh token; how long exactly is the application's to know
most_kept=10

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }

# A value of a file of settings, or nothing.
value() { sed -n "s/^$2=//p" "$folder/$1.env" | tail -n 1; }

refuse_jobs_at_work() {
  local unit
  for unit in $(systemctl list-units --plain --no-legend --state=activating 'tintype-*.service' | awk '{ print $1 }'); do
    case "$unit" in
      tintype-rotate.service | tintype-backend.service) continue ;;
    esac
    echo "$unit is at work with the passwords of now. Try again when it has ended." >&2
    exit 1
  done
}

# The former keys that are still accepted, and the one that signs until the handover.
former() {
  local now entry kept=() all
  now=$(date +%s)
  IFS=, read -r -a all <<<"$(value backend "FORMER_${1}S")"
  for entry in ${all[@]+"${all[@]}"}; do
    if [ "${entry#*@}" -gt $((now - keep_seconds)) ]; then kept+=("$entry"); fi
  done
  if [ "${#kept[@]}" -ge "$most_kept" ]; then
    echo "$most_kept earlier keys are still accepted. Try again when they are over: each is kept for 15 days." >&2
    exit 1
  fi
  kept+=("$(value backend "$1")@$((now + handover_seconds))")
  (IFS=, && printf '%s' "${kept[*]}")
}

# The one of two names that the application does not use.
other_user() {
  local user
  user=$(value backend MYSQL_USER)
  if [ "${user:-tintype}" = tintype ]; then echo tintype_2; else echo tintype; fi
}

# With the same rights as the user in use, by database-rights.
make_user() {
  local new=$1 password=$2 user rights
  user=$(value backend MYSQL_USER)
  rights=$(mysql --skip-column-names --execute "SHOW GRANTS FOR ${user:-tintype}@localhost" |
    sed -n "s/^GRANT \(.*\) ON \`tintype\`\.\* TO .*/GRANT \1 ON tintype.* TO $new@localhost;/p")
  [ -n "$rights" ]
  mysql <<SQL
DROP USER IF EXISTS $new@localhost;
CREATE USER $new@localhost IDENTIFIED BY '$password';
$rights
SQL
  mysql --defaults-extra-file=<(printf '[client]\nuser=%s\npassword=%s\n' "$new" "$password") \
    --execute 'SELECT 1 FROM tintype.accounts LIMIT 0'
}

# The file gets all new values at once.
write_settings() {
  local user=$1 password=$2 access refresh
  access=$(former ACCESS_TOKEN_SECRET)
  refresh=$(former REFRESH_TOKEN_SECRET)
  cat >"$folder/backend.env.new" <<ENV
ACCESS_TOKEN_SECRET=$(random 64)
REFRESH_TOKEN_SECRET=$(random 64)
FORMER_ACCESS_TOKEN_SECRETS=$access
FORMER_REFRESH_TOKEN_SECRETS=$refresh
MYSQL_USER=$user
MYSQL_PASSWORD=$password
ENV
}

# From now on the previous keys sign for as long as the handover takes.
begin_handover() {
  sed -i -E "s/^(FORMER_[A-Z]+_TOKEN_SECRETS=.*@)[0-9]+$/\1$(($(date +%s) + handover_seconds))/" \
    "$folder/backend.env.new"
}

# Whether the application was started after the file was written.
is_read() {
  local started
  started=$(systemctl show --property ExecMainStartTimestamp tintype-backend.service | cut -d = -f 2)
  [ -n "$started" ] && [ "$(date -d "$started" +%s)" -ge "$(stat -c %Y "$folder/backend.env")" ]
}

# The handover of an interrupted rotation may be over before its keys were published.
begin_handover_again() {
  if cmp -s "$folder/backend.env" "$folder/backend.env.before" || is_read; then return; fi
  cp "$folder/backend.env" "$folder/backend.env.new"
  begin_handover
  put backend.env
}

# Replaces the file atomically, even in a power failure. An old sync syncs everything.
put() { sync "$folder/$1.new" && mv "$folder/$1.new" "$folder/$1"; }

restart() { "${SERVE:-/opt/tintype/bin/serve}" restart; }

# Removes the previous values.
forget() {
  mysql --execute "DROP USER IF EXISTS $(other_user)@localhost"
  rm -f "$folder/backend.env.before"
}

# Complete, with every setting that the application needs.
is_whole() {
  local key
  for key in ACCESS_TOKEN_SECRET REFRESH_TOKEN_SECRET MYSQL_PASSWORD; do
    grep -q "^$key=." "$1" || return 1
  done
  [ -z "$(tail -c 1 "$1")" ]
}

put_back() {
  if ! is_whole "$folder/backend.env.before"; then
    echo "The application does not come up, and $folder/backend.env.before is not whole: the secrets stay as they are." >&2
    echo "See why with make logs. When the application runs, remove that file and try again." >&2
    exit 1
  fi
  mv "$folder/backend.env.before" "$folder/backend.env"
  restart || true
  echo "The application did not come up with new secrets: it has those of before again." >&2
  exit 1
}

rotate_application() {
  local user password
  user=$(other_user)
  password=$(random 33)
  write_settings "$user" "$password"
  make_user "$user" "$password"
  cp "$folder/backend.env" "$folder/backend.env.before.new"
  put backend.env.before
  begin_handover
  put backend.env
  if restart; then
    forget
    return
  fi
  put_back
}

rotate_migration() {
  local password
  password=$(random 33)
  printf 'MYSQL_PASSWORD=%s\n' "$password" >"$folder/migrate.env.new"
  printf "ALTER USER tintype_migrate@localhost IDENTIFIED BY '%s';\n" "$password" | mysql
  put migrate.env
}

rotate_backup() {
  local password
  password=$(random 33)
  printf 'MYSQL_BACKUP_PASSWORD=%s\n' "$password" >"$folder/backup.env.new"
  printf "ALTER USER tintype_backup@localhost IDENTIFIED BY '%s';\n" "$password" | mysql
  put backup.env
}

refuse_jobs_at_work
if [ -e "$folder/backend.env.before" ]; then
  begin_handover_again
  if ! restart; then put_back; fi
  forget
fi
rotate_application
rotate_migration
rotate_backup
echo "rotated"
