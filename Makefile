# The only door: every command a person runs. `make` alone lists them.

# Settings come from the command line (make deploy NAME=blue), not from the shell's environment, where names
# as common as these may mean something else. What stands there all the same may have been meant: then a command
# that concerns a deployment is refused.
settings = CLOUD NAME REGION OS INSTANCE_TYPE OPERATOR_CIDR LOCAL_PORT MAIL_FROM CONFIRMATION REPLACE \
  DOMAIN STATE_BUCKET
from_shell := $(foreach name,$(settings),$(if $(filter environment,$(origin $(name))),$(addprefix $(name)=,$(value $(name)))))

CLOUD = aws
NAME = dev
REGION = us-east-1
OS = al2
INSTANCE_TYPE = t3.micro
OPERATOR_CIDR =
LOCAL_PORT =
MAIL_FROM =
CONFIRMATION = optional
REPLACE =
DOMAIN =
STATE_BUCKET =
YES =
REPAIR =
FROM =
TO =
FOLLOW =
HOST = backend
MODE = full
export $(settings) YES REPAIR FROM TO FOLLOW HOST

# A name that is mistyped, or in lower case, would otherwise be passed over in silence. Make's own are let through.
known = $(settings) YES REPAIR FROM TO FOLLOW HOST MODE PORT
given = $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
unknown := $(filter-out $(known) MAKE% SHELL -*-% .%,$(given))
$(if $(unknown),$(error There is no setting $(unknown). Settings are: $(known)))

unheeded = $(filter-out $(foreach name,$(settings),$(name)=$($(name))),$(from_shell))
heed = $(if $(unheeded),$(error Set in the shell's environment, where it is ignored: $(unheeded). Unset it, or give it on the command line))
bin = node_modules/.bin
run = @node --no-warnings --import tsx
on_deployment = $(heed)$(run)
jest = node --no-warnings --experimental-vm-modules node_modules/jest/bin/jest.js
installed = node_modules/.package-lock.json

.DEFAULT_GOAL = help
.PHONY: help deploy destroy plan rollback backup restore output status logs ssh integrity rotate-secrets state-bucket \
  dev check format test bench

##@ A deployment (CLOUD=local rehearses it on this machine; NAME= keeps several apart)
deploy: $(installed) ## put Tintype on AWS, or bring what is there up to date
	$(on_deployment) infra/deploy/deploy.ts
destroy: $(installed) ## take it off again, data included
	$(on_deployment) infra/deploy/destroy.ts
plan: $(installed) ## show what a deploy would change and cost, and which controls it breaks
	$(on_deployment) infra/deploy/plan.ts
rollback: $(installed) ## put the release before this one back
	$(on_deployment) infra/deploy/rollback.ts
backup: $(installed) ## keep the database in the bucket (TO=FILE: all of it, images too, on this machine)
	$(on_deployment) infra/deploy/backup.ts
restore: $(installed) ## put a backup in the place of what is there (FROM=latest, its name, or a file)
	$(on_deployment) infra/deploy/restore.ts
output: $(installed) ## addresses and ids, as JSON
	$(on_deployment) infra/deploy/output.ts
status: $(installed) ## how both hosts are
	$(on_deployment) infra/deploy/status.ts
logs: $(installed) ## last lines of a host's log (HOST=backend or frontend, FOLLOW=1)
	$(on_deployment) infra/deploy/logs.ts
integrity: $(installed) ## compare records with images on S3 (REPAIR=1 repairs)
	$(on_deployment) infra/deploy/integrity.ts
rotate-secrets: $(installed) ## new secrets on the hosts, nobody is signed out
	$(on_deployment) infra/deploy/rotate-secrets.ts
state-bucket: $(installed) ## make the bucket that STATE_BUCKET= names, for Terraform's state
	$(on_deployment) infra/deploy/state-bucket.ts
ssh: $(installed) ## a shell on a host (HOST=backend or frontend)
	$(on_deployment) infra/deploy/ssh.ts

##@ The code
dev: $(installed) ## the application on this machine, with hot reload
	$(run) infra/deploy/dev.ts
check: $(installed) ## fast: format, lint, types, unit tests
	$(run) infra/deploy/install-tools.ts shellcheck ansible-lint
	find .ci ansible infra/local-cloud/base-image -type f \( -name run -o -name '*.sh' \) -exec shellcheck {} +
	ansible-lint --offline --profile production -q ansible
	$(bin)/oxfmt --check .
	$(bin)/oxlint
	for part in infra app-backend app-frontend e2e bench test; do $(bin)/tsc -p $$part || exit 1; done
	$(jest) --selectProjects unit
test: $(installed) ## everything, from nothing, against real parts
	$(run) infra/deploy/install-tools.ts
	$(MAKE) check
	$(run) infra/deploy/with-services.ts $(jest) --selectProjects integration
	$(jest) --selectProjects e2e --runInBand
bench: $(installed) ## figures beside what limits them, in minutes (MODE=quick: does it run?)
	$(run) infra/deploy/install-tools.ts database moto
	$(run) infra/deploy/with-services.ts node --no-warnings --import tsx bench/src/main.ts $(MODE)
format: $(installed) ## format the code
	$(bin)/oxfmt .

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

# Not `npm ci`: it refuses a lock file that lacks other platforms' binaries, which not every registry has.
$(installed): package.json package-lock.json $(wildcard */package.json)
	@node infra/deploy/require-node.mjs
	@echo "Installing the packages, as after each change of them …" >&2
	@npm install --no-save --no-audit --no-fund --ignore-scripts >&2
	@touch $@
