#!/bin/bash
# Prints a line for each difference between this host and what a deploy leaves. Reads the things themselves, changes nothing.
#   findings USER KEY    who may sign in, and by which key (its type and its base64)
set -euo pipefail
user=$1 key=$2
cd "${TINTYPE_ROOT:-/}"

# Files of the system's packages and first boot; a file of another name, or for another user, is foreign.
sudo_rules() {
  local file subject
  for file in etc/sudoers.d/*; do
    case ${file##*/} in
      README | ec2-user | 90-cloud-init-users) ;;
      '*') continue ;;
      *) packaged "/$file" || echo "/$file gives rights that no deploy gave" ;;
    esac
  done
  sudo_lines | awk '$1 != "" && /=/ && $1 !~ /^(Defaults([@:!>].*)?|(User|Cmnd|Host|Runas)_Alias)$/ { print $1 }' | sort -u |
    while IFS= read -r subject; do
      case $subject in root | %wheel | %sudo | %admin | "$user") ;; *) echo "sudo lets in $subject" ;; esac
    done
  sed -n 's/^[@#]include\(dir\)\{0,1\}[[:space:]]*//p' etc/sudoers etc/sudoers.d/* 2>/dev/null | grep -vx /etc/sudoers.d |
    sed 's/^/sudo goes by /' || true
  awk -F: -v user="$user" '
    FILENAME == "etc/group" && $1 ~ /^(wheel|sudo|admin)$/ {
      own[$3] = $1
      if ($4 != "" && $4 != user && $4 != "root") print "group " $1 " has " $4
    }
    FILENAME == "etc/passwd" && $4 in own && $1 != user && $1 != "root" { print "group " own[$4] " has " $1 }' etc/group etc/passwd
  awk -F: '$3 == 0 && $1 != "root" { print "user " $1 " is another root" }' etc/passwd
}

# A rule a line, its users without blanks. Before a digit # is no comment but the number of a user (sudoers(5)).
sudo_lines() {
  sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' etc/sudoers etc/sudoers.d/* 2>/dev/null |
    sed -e 's/#[^0-9].*//' -e 's/#$//' -e 's/[[:space:]]*,[[:space:]]*/,/g'
}

packaged() {
  if command -v dpkg >/dev/null; then dpkg --search "$1" >/dev/null 2>&1; else rpm --query --file "$1" >/dev/null 2>&1; fi
}

keys() {
  local home
  home=$(awk -F: -v user="$user" '$1 == user { print $6 }' etc/passwd)
  sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' "${home#/}/.ssh/authorized_keys" | awk -v key="$key" '
    ($1 " " $2) != key { print "authorized_keys has a key that is not the operator'\''s: " $NF }'
}

# The effective settings for that user: a Match block overrides the first value.
ssh_server() {
  local said setting actual comm
  said=$(/usr/sbin/sshd -T -C "user=$user,host=localhost,addr=127.0.0.1" 2>/dev/null) || true
  for setting in "permitrootlogin no" "allowusers $user" "authenticationmethods publickey" "passwordauthentication no" \
    "authorizedkeysfile .ssh/authorized_keys" "authorizedkeyscommand none" "trustedusercakeys none"; do
    # An older server does not print unset options.
    actual=$(grep -m 1 "^${setting%% *} " <<<"$said") || actual="${setting%% *} none"
    [ "$actual" = "$setting" ] || echo "the SSH server has another ${setting%% *}"
  done
  # Command-line options override its files.
  { grep -lx sshd proc/[0-9]*/comm 2>/dev/null || true; } | while IFS= read -r comm; do
    if tr '\0' ' ' 2>/dev/null <"${comm%comm}cmdline" | grep -Eiq -- ' -f| -o *"?(auth|trusted|permit|password|pubkey|allow|kbd|challenge)'; then
      echo "the SSH server was started with settings of its own"
    fi
  done | sort -u
}

# Besides the units that a deploy writes, systemd reads drop-in folders of their names.
units() {
  local file
  for file in etc/systemd/system/{tintype-,nginx,mysqld,mariadb}*.{service,socket,timer}.d/*; do
    case $file in
      *'*'* | */nginx.service.d/hardening.conf | */nginx.service.d/settings-read.conf) ;;
      */mysqld.service.d/data.conf | */mariadb.service.d/data.conf) ;;
      *) echo "/$file changes a unit" ;;
    esac
  done
  if [ -e opt/tintype/current/tintype-backend.service ]; then
    cmp -s opt/tintype/current/tintype-backend.service etc/systemd/system/tintype-backend.service ||
      echo "tintype-backend.service is not that of its release"
  fi
}

updates() {
  if command -v apt-get >/dev/null; then
    command -v unattended-upgrade >/dev/null || echo "what brings security updates is not installed"
  elif command -v dnf >/dev/null; then
    systemctl is-active --quiet dnf-automatic.timer || echo "the timer of security updates does not run"
  else
    systemctl is-active --quiet yum-cron || echo "what brings security updates does not run"
  fi
}

releases() {
  mapfile -t names < <(cd opt/tintype/releases && find . -mindepth 1 -maxdepth 1 -printf '%f\n')
  content "${names[@]}" | sed 's/^/release /; s/$/ is not what was deployed/' || true
}

# The site's files are links to those of its releases, which are compared with what was packed.
assets() (
  cd opt/tintype
  [ -d assets ] || exit 0
  find assets ! -type d | while IFS= read -r file; do
    for release in releases/*; do
      if [ "$file" -ef "$release/$file" ] && [ ! -L "$file" ]; then continue 2; fi
    done
    echo "/opt/tintype/$file is of no release"
  done
)

sudo_rules
keys
ssh_server
units
updates
assets
if declare -F content >/dev/null; then releases; fi
if declare -F rights >/dev/null; then rights look; fi
