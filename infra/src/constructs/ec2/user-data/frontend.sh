# shellcheck shell=bash
# The frontend host: nginx. Its site comes with Ansible.

install_nginx() {
  case "$os" in
    amzn2) retry amazon-linux-extras install -y nginx1 ;;
    *) install_packages nginx ;;
  esac
}

install_nginx
systemctl enable nginx
finish
