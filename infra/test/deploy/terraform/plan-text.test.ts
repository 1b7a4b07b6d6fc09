import { expect, test } from "@jest/globals";
import { recapOf } from "../../../deploy/ec2/release/ansible.ts";
import {
  actionCount,
  actionsDone,
  planLine,
  plannedActions,
  plannedChanges,
} from "../../../deploy/terraform/plan-text.ts";

const plan = `
Terraform will perform the following actions:

  # aws_instance.backend-host_instance_1D86682F must be replaced
-/+ resource "aws_instance" "backend-host_instance_1D86682F" {
      ~ user_data = <<-EOT
            # aws_fake.comment will be created
        EOT
        # (33 unchanged attributes hidden)
    }

  # aws_vpc.network_vpc_4E8F0223 will be created
  + resource "aws_vpc" "network_vpc_4E8F0223" {
    }

Plan: 2 to add, 0 to change, 1 to destroy.
`;

test("of a plan the actions and their count are shown, and no more", () => {
  expect(plannedActions(plan)).toEqual([
    "aws_instance.backend-host_instance_1D86682F must be replaced",
    "aws_vpc.network_vpc_4E8F0223 will be created",
  ]);
  expect(planLine(plan)).toBe("Plan: 2 to add, 0 to change, 1 to destroy.");
  expect(actionCount(plan)).toBe(3);
});

test("SLS-74 of a resource that was changed by hand the arguments that differ are named", () => {
  const drift = `
  # aws_cognito_user_pool_client.client will be updated in-place
  ~ resource "aws_cognito_user_pool_client" "client" {
      ~ explicit_auth_flows           = [
          - "ALLOW_USER_PASSWORD_AUTH",
            # (1 unchanged element hidden)
        ]
        id                            = "f0fb"
      ~ version                       = "3" -> (known after apply)
      ~ prevent_user_existence_errors = "LEGACY" -> "ENABLED"
    }

  # aws_dynamodb_table.records will be updated in-place
  ~ resource "aws_dynamodb_table" "records" {
      ~ point_in_time_recovery {
          ~ enabled = false -> true
        }
      - ttl {
        }
      + ttl {
        }
    }
`;
  expect(plannedChanges(drift)).toEqual([
    "aws_cognito_user_pool_client.client will be updated in-place: explicit_auth_flows, prevent_user_existence_errors",
    "aws_dynamodb_table.records will be updated in-place: point_in_time_recovery, ttl",
  ]);
  expect(plannedChanges(plan)).toEqual(plannedActions(plan));
});

test("a plan that changes outputs alone says so", () => {
  expect(planLine("Changes to Outputs:\n")).toBe("Plan: only outputs change.");
  expect(actionCount("Changes to Outputs:\n")).toBe(0);
});

test("what an apply has done is counted from what it printed", () => {
  const printed = `aws_instance.a: Destroying... [id=i-0]
aws_instance.a: Destruction complete after 0s
aws_vpc.b: Creating...
aws_vpc.b: Creation complete after 1s [id=vpc-1]
`;
  expect(actionsDone(printed)).toBe(2);
});

test("Ansible's recap is printed without its padding", () => {
  const printed = `ok: [backend]
PLAY RECAP *****
backend                    : ok=23   changed=19   unreachable=0    failed=0    skipped=1
frontend                   : ok=12   changed=0    unreachable=0    failed=0    skipped=0
`;
  expect(recapOf(printed)).toEqual(["backend: 23 ok, 19 changed", "frontend: 12 ok, 0 changed"]);
});
