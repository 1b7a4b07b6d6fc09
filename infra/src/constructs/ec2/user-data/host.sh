#!/bin/bash
# First boot of a host: turns a stock image of Amazon Linux 2, Amazon Linux 2023 or Debian into one that
# Ansible can manage. Packages come by this script. It may run again after a failure.
set -Eeuo pipefail # -E: the trap below holds in functions too

# What happened is read from here by `make deploy`.
mkdir -p /var/lib/tintype /opt/tintype/bin
status=/var/lib/tintype/first-boot
echo running >"$status"
trap 'echo "failed in line $LINENO: $BASH_COMMAND" >"$status"' ERR

# shellcheck source=/dev/null
. /etc/os-release
os="$ID$VERSION_ID" # amzn2, amzn2023, debian12

# A mirror or the network may need a moment on a fresh instance.
retry() {
  local attempt
  for attempt in 1 2 3 4 5; do
    "$@" && return 0
    echo "attempt $attempt failed: $*" >&2
    sleep $((attempt * 5))
  done
  "$@"
}

install_packages() {
  case "$os" in
    amzn2) retry yum install -y -q "$@" ;;
    amzn2023) retry dnf install -y -q "$@" ;;
    debian*)
      export DEBIAN_FRONTEND=noninteractive
      retry apt-get update -q
      retry apt-get install -y -q --no-install-recommends "$@"
      ;;
    *)
      echo "unsupported operating system: $os" >&2
      return 1
      ;;
  esac
}

# One path to a Python that Ansible supports, whatever the system calls it.
install_python() {
  case "$os" in
    amzn2) retry amazon-linux-extras install -y python3.8 ;;
    *) install_packages python3 ;;
  esac
  ln -sfn "$(command -v python3.8 || command -v python3)" /opt/tintype/bin/python3
}

# A micro instance has 1 GiB of memory: too little for MySQL, Node and a package manager at once.
add_swap() {
  local memory_kib
  memory_kib=$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo)
  if [ "$memory_kib" -gt 2000000 ] || [ -e /swapfile ]; then
    return 0
  fi
  dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none
  chmod 600 /swapfile
  mkswap /swapfile
  swapon /swapfile
  echo "/swapfile none swap sw 0 0" >>/etc/fstab
}

# What brings security updates from now on. Ansible says which and when.
install_updates() {
  case "$os" in
    amzn2) install_packages yum-cron ;;
    amzn2023) install_packages dnf-automatic ;;
    debian*) install_packages unattended-upgrades ;;
  esac
}

finish() {
  echo "done" >"$status"
}

add_swap
install_python
install_updates
