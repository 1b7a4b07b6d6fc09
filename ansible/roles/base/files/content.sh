#!/bin/bash
# Checks that releases are as they were packed: the name of one begins with the hash of its content, as
# infra/deploy/build/release.ts computes it. Prints those that differ, and exits with 3.
#   content RELEASE...
set -euo pipefail
cd "${TINTYPE_ROOT:-/opt/tintype}/releases"

# Besides the build: files that Ansible writes into a release of the API, and repairs. All files of the site are public;
# its releases have no second part in their names.
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

# Links, and files that others can write, could change after this check.
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
