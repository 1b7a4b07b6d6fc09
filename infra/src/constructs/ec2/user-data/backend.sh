# shellcheck shell=bash
# The backend host: the data volume and MySQL on it. The application comes with Ansible.

device=/dev/sdf # a link to the NVMe device on instances that have those
datadir=/data/mysql

# The volume is attached after the instance was started. It is formatted once: whatever is on it stays.
mount_data_volume() {
  local waited=0
  until [ -b "$device" ]; do
    if [ "$waited" -ge 300 ]; then
      echo "no data volume at $device after 300 s" >&2
      return 1
    fi
    sleep 2
    waited=$((waited + 2))
  done
  # 2 is the one answer that says empty; a device that cannot be read is not formatted.
  local found=0
  blkid -p "$device" >/dev/null || found=$?
  case $found in
    0) ;;
    2) mkfs.ext4 -q -L tintype-data "$device" ;;
    *)
      echo "blkid ended with $found: whether $device is empty is not known" >&2
      return 1
      ;;
  esac
  cat >/etc/systemd/system/data.mount <<UNIT
[Unit]
Description=Data volume

[Mount]
What=$device
Where=/data
Type=ext4
Options=noatime,nosuid,nodev

[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  systemctl enable --now data.mount
}

# MySQL's own repository, written by hand: its release package takes $releasever, which is wrong here.
add_mysql_repository() {
  local release=$1
  retry rpm --import https://repo.mysql.com/RPM-GPG-KEY-mysql-2025
  cat >/etc/yum.repos.d/mysql.repo <<REPO
[mysql-8.4-lts-community]
name=MySQL 8.4 LTS
baseurl=https://repo.mysql.com/yum/mysql-8.4-community/el/$release/x86_64/
enabled=1
gpgcheck=1
gpgkey=https://repo.mysql.com/RPM-GPG-KEY-mysql-2025
REPO
}

install_mysql() {
  case "$os" in
    amzn2)
      add_mysql_repository 7
      install_packages mysql-community-server
      ;;
    amzn2023)
      add_mysql_repository 9
      install_packages mysql-community-server
      ;;
    debian*) install_packages mariadb-server ;;
  esac
}

# Settings for a host with 1 GiB of memory that MySQL shares with the application. Nothing replicates it: a binary log
# would keep a month of what every night's backup restores to be checked.
write_mysql_settings() {
  local file=$1 socket=$2
  cat >"$file" <<SETTINGS
[mysqld]
datadir = $datadir
socket = $socket
bind-address = 127.0.0.1
skip-name-resolve = ON
local-infile = OFF
skip-log-bin
performance_schema = OFF
innodb_buffer_pool_size = 128M
max_connections = 60
character-set-server = utf8mb4
default-time-zone = "+00:00"
SETTINGS
}

prepare_mysql() {
  mkdir -p "$datadir"
  case "$os" in
    amzn*)
      write_mysql_settings /etc/my.cnf /var/lib/mysql/mysql.sock
      printf '%s\n' "mysqlx = OFF" "log-error = /var/log/mysqld.log" "plugin-load-add = auth_socket.so" >>/etc/my.cnf
      service=mysqld
      by_socket=auth_socket
      ;;
    debian*)
      write_mysql_settings /etc/mysql/mariadb.conf.d/90-tintype.cnf /run/mysqld/mysqld.sock
      service=mariadb
      by_socket=unix_socket
      ;;
  esac
  systemctl stop "$service" # it may run: after its installation, or after a first boot that failed
  chown -R mysql:mysql "$datadir"
  chmod 750 "$datadir"
}

# What was made in part is made anew. That it has data is known by the note that comes last, and by any schema of the
# application: volumes from before that note have none.
initialize_database() {
  if [ -e "$datadir.whole" ] || compgen -G "$datadir/tintype*" >/dev/null; then return 0; fi
  find "$datadir" -mindepth 1 -delete
  case "$os" in
    amzn*) mysqld --initialize-insecure --user=mysql ;;
    debian*)
      # With the test database come users without name or password.
      mariadb-install-db --user=mysql --datadir="$datadir" --auth-root-authentication-method=socket --skip-test-db >/dev/null
      ;;
  esac
}

start_mysql() {
  mkdir -p "/etc/systemd/system/$service.service.d"
  printf '%s\n' "[Unit]" "RequiresMountsFor=/data" "[Service]" "OOMScoreAdjust=-600" \
    >"/etc/systemd/system/$service.service.d/data.conf"
  systemctl daemon-reload
  systemctl enable "$service"
  systemctl restart "$service"
}

# Root signs in through the socket alone, as the system's root: there is no password to keep. MySQL cannot be told while it
# initializes, when it loads no plugins. Until it is told here anybody on this host could be root, and nobody else is: the
# server listens to the host alone, and the users of the application come with Ansible, after a first boot that ended well.
secure_root() {
  mysql --user=root --execute "ALTER USER root@localhost IDENTIFIED WITH $by_socket"
  touch "$datadir.whole"
}

mount_data_volume
install_mysql
prepare_mysql
initialize_database
start_mysql
secure_root
finish
