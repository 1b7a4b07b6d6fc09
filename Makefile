# The only door: every command a person runs. `make` alone lists them.

# Settings come from the command line (make deploy NAME=blue) and tintype.json, not from the shell's environment, where
# names as common as these may mean something else. infra/deploy/settings.mjs says which command reads which, and refuses all others.
export TINTYPE_GOALS := $(MAKECMDGOALS)
# The rest of the shell's environment is filtered in infra/cli/environment.mjs. These would be read before.
unexport NODE_OPTIONS NODE_ENV NODE_PATH NODE_TLS_REJECT_UNAUTHORIZED
# Node 22.21 and 24.5 or newer then use HTTPS_PROXY; older ones ignore it. This machine is reached directly.
export NODE_USE_ENV_PROXY := $(if $(https_proxy)$(HTTPS_PROXY)$(http_proxy)$(HTTP_PROXY),1)
export NO_PROXY := $(or $(no_proxy),$(NO_PROXY)),localhost,.localhost,127.0.0.1,::1
export no_proxy := $(NO_PROXY)

bin = node_modules/.bin
run = @node --no-warnings infra/deploy/command.mjs $$PPID
jest = node --no-warnings --experimental-vm-modules node_modules/jest/bin/jest.js
installed = node_modules/.package-lock.json
rehearsals = e2e

.DEFAULT_GOAL = help
# Goals that change one deployment run one after the other, also under -j.
.NOTPARALLEL:
.PHONY: help settings deploy destroy plan rollback backup restore output status logs codes ssh integrity reset-factor rotate-secrets \
  state-bucket services services-down dev check format test test-all test-services bench

##@ A deployment (CLOUD=local rehearses it on this machine; NAME= keeps several apart)
deploy: $(installed) ## create a deployment on AWS, or update it
	$(run) infra/deploy/commands/deploy.ts
destroy: $(installed) ## remove it, data included
	$(run) infra/deploy/commands/destroy.ts
plan: $(installed) ## show what a deploy would change and cost, and which controls it violates
	$(run) infra/deploy/commands/plan.ts
rollback: $(installed) ## restore the previous release
	$(run) infra/deploy/commands/rollback.ts
backup: $(installed) ## back up the database into the bucket
	$(run) infra/deploy/commands/backup.ts
restore: $(installed) ## restore a backup
	$(run) infra/deploy/commands/restore.ts
output: $(installed) ## addresses and ids, as JSON
	$(run) infra/deploy/commands/output.ts
status: $(installed) ## what runs, and what was changed by hand
	$(run) infra/deploy/commands/status.ts
logs: $(installed) ## last lines of the log
	$(run) infra/deploy/commands/logs.ts
codes: $(installed) ## codes that people wait for, if no mail is sent
	$(run) infra/deploy/commands/codes.ts
integrity: $(installed) ## compare records with images on S3
	$(run) infra/deploy/commands/integrity.ts
reset-factor: $(installed) ## remove the second factors of an account that has lost them
	$(run) infra/deploy/commands/reset-factor.ts
rotate-secrets: $(installed) ## new secrets; no session ends
	$(run) infra/deploy/commands/rotate-secrets.ts
state-bucket: $(installed) ## create the bucket that STATE_BUCKET= names, for Terraform's state
	$(run) infra/deploy/commands/state-bucket.ts
ssh: $(installed) ## a shell on a host
	$(run) infra/deploy/commands/ssh.ts

##@ Independent services, by Docker Compose (docs/services.md)
services: $(installed) ## login, profile and verifier behind one proxy on this machine
	$(run) infra/services/services.ts
services-down: $(installed) ## remove them, data included
	$(run) infra/services/services-down.ts

##@ The code
dev: $(installed) ## the application on this machine, with hot reload
	$(run) infra/dev/dev.ts
check: $(installed) ## fast: published vulnerabilities, format, lint, types, unit tests
	$(run) infra/dev/install-tools.ts shellcheck ansible-lint
	find .ci ansible infra/local-cloud/ec2/base-image infra/services services -type f \( -name run -o -name '*.sh' \) -exec shellcheck {} +
	ansible-lint --offline --profile production -q ansible
	$(bin)/oxfmt --check .
	$(bin)/oxlint
	printf '%s\n' infra app-backend app-frontend ansible/test e2e bench test | xargs -P 2 -n 1 $(bin)/tsc -p
	node infra/dev/audit.mjs
	$(jest) --selectProjects unit --maxWorkers=100%
test: $(installed) ## from nothing, against real services, with one rehearsal of each stack
	$(run) infra/dev/install-tools.ts
	$(MAKE) check
	$(run) infra/dev/with-services.ts 3 env REHEARSE=$(REHEARSE) $(jest) --selectProjects integration --maxWorkers=3
	$(jest) --selectProjects $(rehearsals) --maxWorkers=2 --reporters=default --reporters=./e2e/progress.mjs
test-all: rehearsals = e2e long
test-all: export REHEARSE = all
test-all: test ## and what that has no time for: HTTPS, the services, bad releases, an intruder
test-services: $(installed) ## make services, tried in its containers: four minutes
	$(jest) e2e/services --selectProjects long --reporters=default --reporters=./e2e/progress.mjs
bench: $(installed) ## figures next to their floors, in minutes
	$(run) infra/dev/install-tools.ts database redis moto nginx
	$(run) infra/dev/with-services.ts node --no-warnings --import tsx bench/src/main.ts $(MODE)
format: $(installed) ## format the code, and write the frontend's types of the API
	node --no-warnings --import tsx test/api-types.ts
	$(bin)/oxfmt .

help: settings ## this list, and the settings
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	@node --no-warnings infra/deploy/help.mjs

# Before anything is installed or made, and under `make -n` too.
settings:
	+@node --no-warnings infra/deploy/command.mjs $$PPID

$(installed): package.json package-lock.json $(wildcard */package.json) infra/local-cloud/s3-proxy/package.json | settings
	@node infra/dev/install.mjs
	@touch $@
