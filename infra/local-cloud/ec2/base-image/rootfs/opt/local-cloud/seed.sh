#!/bin/sh
# Before SSH starts: the host's own keys, and the operator's key as the EC2 API gave it.
set -eu
ssh-keygen -A
install -d -m 700 -o ec2-user -g ec2-user /home/ec2-user/.ssh
install -m 600 -o ec2-user -g ec2-user /opt/local-cloud/seed/public-key /home/ec2-user/.ssh/authorized_keys
