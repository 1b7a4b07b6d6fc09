#!/bin/bash
# The site's certificate: /etc/tintype/tls/site.crt with its chain, and site.key.
#   look   ends with 0 where it is good, else with 3
#   issue  asks for one, unless it is good
#   renew  asks for one, unless it is good and has a third of its life before it
# What it is for is said by the file that comes second, or by the one of the last deploy that had a certificate.
# Good is one for this domain, from this ACME server, with its own key, that has not expired.
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

# Certificate and key change places with the old ones in one step: a link is put in the place of a link. What it leads to
# is on the disk by then: with an empty certificate nginx would not start when the power comes back. An old sync syncs all.
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

# Where this fails it is tried again by the next call: the certificate that is there may not be the one that is served.
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
