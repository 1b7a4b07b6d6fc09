#!/bin/sh
# Makes a container image boot like an EC2 image: systemd, SSH for ec2-user, user-data at first boot.
set -eu

if command -v dnf >/dev/null 2>&1; then
  dnf install -y -q systemd openssh-server sudo util-linux e2fsprogs iproute procps-ng nftables
fi

useradd --create-home --shell /bin/bash ec2-user
echo "ec2-user ALL=(ALL) NOPASSWD:ALL" >/etc/sudoers.d/ec2-user
# Every host makes keys and an id of its own.
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id
: >/etc/machine-id
: >/etc/motd # the distribution's notice is no news at every login
# What a machine does and a container cannot.
systemctl mask getty.target console-getty.service systemd-udevd.service systemd-logind.service \
  apt-daily.timer apt-daily-upgrade.timer dev-hugepages.mount sys-fs-fuse-connections.mount
systemctl enable seed.service user-data.service security-groups.service
