#!/bin/bash
# Asks releases whether they are what was packed: the name of one begins with the hash of its content, as
# infra/deploy/release/release.ts computes it. Prints those that are not, and ends with 3.
#   content RELEASE...
set -euo pipefail
cd "${TINTYPE_ROOT:-/opt/tintype}/releases"

# Besides the build: what Ansible writes into a release of the API, and writes again where it was changed. Of the site all
# files are shown to everybody; its releases have no second part in their names.
added=(./node ./backend.env ./tintype-backend.service)
format=2

other() {
  local name besides=()
  if [[ $release = *-* ]]; then
    for name in "${added[@]}"; do besides+=(! -path "$name"); done
  fi
  find . ${besides[@]+"${besides[@]}"} "$@"
}

hash_of() (
  cd "$1"
  {
    printf '%s\0' "$format"
    other -type f -printf '%P\n' | LC_ALL=C sort | while IFS= read -r file; do
      printf '%s\0' "$file"
      cat "$file"
      printf '\0'
    done
  } | sha256sum | cut -c 1-12
)

# Links, and what somebody else may write, could become something else after this look.
is_fixed() (
  cd "$1"
  [ -z "$(other \( ! -type f ! -type d -o ! -user "$(id -un)" -o -perm /022 \) -print -quit)" ]
)

is_as_packed() {
  [[ $1 =~ ^[0-9a-f]{12}(-[0-9a-f]{6})?$ ]] && [ -d "$1" ] && [ ! -L "$1" ] && is_fixed "$1" &&
    [ "$(hash_of "$1")" = "${1%%-*}" ]
}

outcome=0
for release in "$@"; do
  if is_as_packed "$release"; then continue; fi
  echo "$release"
  outcome=3
done
exit "$outcome"
