#!/usr/bin/env bash
# Prints the settings that nginx has not read since they changed.
set -eu
if [ ! -e /run/tintype-nginx-read ]; then echo all; exit 0; fi
find /etc/nginx/nginx.conf /etc/nginx/security-headers.conf -cnewer /run/tintype-nginx-read
