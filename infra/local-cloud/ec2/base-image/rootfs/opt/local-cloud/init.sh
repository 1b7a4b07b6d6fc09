#!/bin/sh
# First process of the container. Docker mounts the container's own control groups read-only; systemd has to write them.
set -eu
while read -r _ path type _; do
  case "$type" in
    cgroup | cgroup2) mount -o remount,rw,bind "$path" ;;
  esac
done </proc/mounts
# Parameters of the network are the container's own; all others are this machine's, and stay read-only.
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,rw,bind /proc/sys/net
exec /sbin/init
