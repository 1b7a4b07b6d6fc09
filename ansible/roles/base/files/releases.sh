#!/bin/bash
# Selects the release in /opt/tintype/releases that this host serves: `current`. The one before stays as `previous`.
#   releases switch RELEASE DEPLOY    prints "switched" if that changed anything
#   releases rollback DEPLOY          restores what was served before that deploy
#   releases show                     current, previous and deploy; empty lines for what is missing
#   releases holds RELEASE            exits with 3 if that is not here as it was packed
#   releases keep RELEASE             moves the release from `unpacked` to its place
#   releases publish RELEASE          adds the files of a site to those of earlier releases; prints "published"
# A deploy has the same name on all hosts, so a host whose release it did not change has nothing to restore.
set -euo pipefail
trap '' HUP # a connection that is lost must not leave it half done
cd "${TINTYPE_ROOT:-/opt/tintype}"

of() { [ ! -L "$1" ] || basename "$(readlink "$1")"; }
noted() { [ ! -e deploy ] || cat deploy; }
point() { # link, release; nothing where that is empty
  rm -f "$1.new"
  if [ -z "$2" ]; then rm -f "$1" && return; fi
  ln -s "$PWD/releases/$2" "$1.new" && mv -T "$1.new" "$1"
}
note() { # deploy; nothing where that is empty
  if [ -z "$1" ]; then rm -f deploy && return; fi
  printf '%s\n' "$1" >deploy.new && mv deploy.new deploy
}
# What this host does about its release beside the link. Not every host does anything.
serve() { [ ! -x bin/serve ] || bin/serve "$@"; }
# Whether a release is what its name says.
holds() { [ ! -x bin/content ] || bin/content "$1" >/dev/null; }

# Activates a release, or restores the previous one with exit code 1. Until it is ready, `unproven` names its predecessor.
put() {
  local before
  before=$(of current)
  printf '%s\n' "$before" >unproven.new && mv unproven.new unproven
  point current "$1"
  if serve start; then rm unproven && return; fi
  point current "$before"
  if [ -z "$before" ]; then
    serve stop
    rm unproven
    echo "$1 was not put in force. Nothing is served." >&2
  elif serve start; then
    rm unproven
    echo "$1 was not put in force. $before serves again." >&2
  else
    echo "$1 was not put in force, and $before does not serve either." >&2
  fi
  return 1
}

# After an interrupted command it is unknown whether the new release serves, so the previous one is restored.
recover() {
  local proven
  [ -e unproven ] || return 0
  proven=$(cat unproven)
  point current "$proven"
  if [ -z "$proven" ]; then serve stop; else serve start || true; fi
  note ""
  rm unproven
}

switch() {
  local before earlier last
  before=$(of current) earlier=$(of previous) last=$(noted)
  if [ "$before" = "$1" ] && [ "$last" = "$2" ]; then return; fi
  trap prune EXIT
  if [ "$before" != "$1" ] && ! serve try "$1"; then
    echo "$1 was not put in force. ${before:-Nothing} serves as before." >&2
    exit 1
  fi
  if [ "$last" != "$2" ]; then
    point previous "$before"
    note "$2"
  fi
  if [ "$before" != "$1" ] && ! put "$1"; then
    point previous "$earlier"
    note "$last"
    exit 1
  fi
  echo switched
}

rollback() {
  local before earlier
  before=$(of current) earlier=$(of previous)
  if [ "$(noted)" != "$1" ]; then return; fi
  if [ -n "$earlier" ] && [ "$earlier" != "$before" ]; then
    if ! holds "$earlier"; then
      echo "$earlier was changed on this host since it was deployed, and is not put back: deploy its source." >&2
      exit 1
    fi
    if ! serve try "$earlier"; then
      echo "$earlier was not put back. $before serves as before." >&2
      exit 1
    fi
    put "$earlier"
  fi
  point previous ""
  note ""
}

# Files that Ansible wrote beside a build of the API move along: it may be active.
keep() {
  local file old="changed/$1"
  rm -rf changed && mkdir changed
  if [ -e "releases/$1" ]; then
    if [[ $1 = *-* ]]; then
      for file in node backend.env tintype-backend.service; do
        [ ! -e "releases/$1/$file" ] || cp -a "releases/$1/$file" unpacked/
      done
    fi
    mv "releases/$1" "$old"
  fi
  mv -T unpacked "releases/$1"
  rm -rf changed
}

# Pages of earlier releases are still open and ask for theirs. Hard links: a file is there whole or not at all.
is_linked() { [ "$1" -ef "releases/$2/$1" ] && [ ! -L "$1" ]; } # path below the release's folder, release
link_asset() {
  mkdir -p "$(dirname "$1")"
  [ ! -L "$1" ] || rm "$1"
  rm -f "$1.new"
  ln "releases/$2/$1" "$1.new" && mv -T "$1.new" "$1"
}

publish() {
  local file
  (cd "releases/$1" && find assets -type f) | while IFS= read -r file; do
    if is_linked "$file" "$1"; then continue; fi
    link_asset "$file" "$1"
    echo published
  done
}

# A release that was changed on the host is not kept for a rollback; the deploy repairs the active one.
drop_changed() {
  local release
  find releases -mindepth 1 -maxdepth 1 -printf '%f\n' | while IFS= read -r release; do
    if [ "$release" = "$(of current)" ] || holds "$release"; then continue; fi
    [ "$release" != "$(of previous)" ] || point previous ""
    rm -rf "releases/$release"
    echo "dropped $release"
  done
}

# A site's files stay while a kept release has them.
tidy_assets() {
  local file release having
  [ -d assets ] || return 0
  find assets ! -type d | while IFS= read -r file; do
    having=""
    for release in $(cd releases && echo *); do
      if is_linked "$file" "$release"; then continue 2; fi
      [ ! -f "releases/$release/$file" ] || having=$release
    done
    if [ -n "$having" ]; then link_asset "$file" "$having"; else rm "$file"; fi
  done
}

# Keeps the active release, the one before, and one more.
prune() {
  local old
  find releases -mindepth 1 -maxdepth 1 -type d -printf '%T@ %f\n' | sort -rn | cut -d ' ' -f 2 |
    grep -vxF -e "$(of current)" -e "$(of previous)" | tail -n +2 |
    while read -r old; do rm -rf "releases/$old"; done || true
  tidy_assets
}

exec 9>lock
if [[ $1 != show && $1 != holds ]] && ! flock -n 9; then
  echo "Another command changes what this host serves. Wait for it to finish." >&2
  exit 1
fi
case $1 in switch | rollback) recover ;; esac
case $1 in
  switch)
    switch "$2" "$3"
    drop_changed
    tidy_assets
    ;;
  holds) holds "$2" || exit 3 ;;
  keep) keep "$2" ;;
  publish) publish "$2" ;;
  rollback) rollback "$2" ;;
  show) printf '%s\n' "$(of current)" "$(of previous)" "$(noted)" ;;
esac
