#!/bin/sh
# First process of the container. Docker mounts the container's own control groups read-only; systemd has to write them.
set -eu
while read -r _ path type _; do
  case "$type" in
    cgroup | cgroup2) mount -o remount,rw,bind "$path" ;;
  esac
done </proc/mounts
exec /sbin/init
