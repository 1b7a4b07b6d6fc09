#!/bin/bash
# The site's certificate: /etc/tintype/tls/site.crt with its chain, and site.key.
#   look   exits with 0 if it is valid, else with 3
#   issue  requests one, unless it is valid
#   renew  requests one, unless it is valid and has a third of its lifetime left
# Domain and ACME server are in the file given second, or in that of the last deploy that had a certificate.
# Valid means: for this domain, from this ACME server, with its own key, not expired.
set -euo pipefail

live=${TINTYPE_ROOT:-}/etc/tintype/tls
folders=${TINTYPE_ROOT:-}/etc/tintype/certificates
account=${TINTYPE_ROOT:-}/var/lib/tintype/lego

# shellcheck source=/dev/null
. "${2:-${TINTYPE_ROOT:-}/etc/tintype/acme.env}"
export LEGO_CA_CERTIFICATES="${LEGO_CA_CERTIFICATES:-}"

seconds() {
  date -d "$(openssl x509 -in "$live/site.crt" -noout "-$1" | cut -d= -f2)" +%s
}

percent_left() {
  local from to
  from=$(seconds startdate)
  to=$(seconds enddate)
  echo $(((to - $(date +%s)) * 100 / (to - from)))
}

is_right() {
  [ -e "$live/site.crt" ] && [ -e "$live/site.key" ] &&
    [ "$(cat "$live/directory")" = "$ACME_DIRECTORY" ] &&
    openssl x509 -in "$live/site.crt" -noout -checkhost "$DOMAIN" | grep -q 'does match' &&
    [ "$(openssl x509 -in "$live/site.crt" -noout -pubkey)" = "$(openssl pkey -in "$live/site.key" -pubout)" ]
}

is_good_for() {
  is_right && [ "$(percent_left)" -gt "$1" ]
}

# Replaces certificate and key in one step, by a link. Its target is synced first: with an empty certificate nginx would
# not start after a power failure. An old sync syncs everything.
put_in_place() {
  local new
  new=$(mktemp -d "$folders/XXXXXXXX")
  install -m 644 "$account/certificates/$DOMAIN.crt" "$new/site.crt"
  install -m 600 "$account/certificates/$DOMAIN.key" "$new/site.key"
  echo "$ACME_DIRECTORY" >"$new/directory"
  chmod 755 "$new"
  ln -sfn "$new" "$live.new"
  : >"$new/not-served"
  sync "$new"/* "$new"
  mv -T "$live.new" "$live"
  find "$folders" -mindepth 1 -maxdepth 1 ! -path "$new" -exec rm -r {} +
}

ask() {
  "$LEGO" --accept-tos --email "hostmaster@$DOMAIN" --server "$ACME_DIRECTORY" --path "$account" --key-type ec256 \
    --http --http.webroot /var/lib/tintype/acme-challenges --domains "$DOMAIN" run
  put_in_place
}

# If this fails the next call tries again: the installed certificate may not be the served one.
load() {
  [ -e "$live/not-served" ] || return 0
  nginx -t -q
  systemctl reload nginx
  rm "$live/not-served"
}

exec 9>"$account/lock"
flock 9
case "$1" in
  look) is_good_for 0 || exit 3 ;;
  issue)
    is_good_for 0 || ask
    load
    ;;
  renew)
    is_good_for "${RENEW_BELOW_PERCENT:-33}" || ask
    load
    ;;
esac
