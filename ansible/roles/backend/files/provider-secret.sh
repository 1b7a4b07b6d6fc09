#!/bin/bash
# Stores the client secret of a sign-in provider, and has the API read it. The secret is typed, or comes by standard input:
# a command line is seen by others. An empty one removes what is stored.
#   provider-secret PROVIDER    as PROVIDERS= names it
set -euo pipefail
umask 077
folder=${SECRETS:-/data/secrets}
file=$folder/providers.env

if ! [[ ${1:-} =~ ^[a-z][a-z0-9-]{0,31}$ ]]; then
  echo "Which provider? Name it as PROVIDERS= does: provider-secret google" >&2
  exit 2
fi
name=PROVIDER_SECRET_$(tr a-z- A-Z_ <<<"$1")

if [ -t 0 ]; then printf 'Client secret of %s, which is not shown: ' "$1" >&2; fi
secret=
IFS= read -rs secret || true
# What systemd reads as it is, unquoted.
if ! [[ $secret =~ ^[A-Za-z0-9._~+/=:@-]{0,500}$ ]]; then
  echo "A client secret has letters, digits and . _ ~ + / = : @ - alone. Nothing was changed." >&2
  exit 1
fi

touch "$file"
grep -v "^$name=" "$file" >"$file.new" || true
if [ -n "$secret" ]; then printf '%s=%s\n' "$name" "$secret" >>"$file.new"; fi
sync "$file.new"
mv "$file.new" "$file"
"${SERVE:-/opt/tintype/bin/serve}" restart
if [ -n "$secret" ]; then echo "stored"; else echo "removed"; fi
