import {
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  NoSuchEntityException,
} from "@aws-sdk/client-iam";
import type { Statement } from "./rights.ts";

export interface RolePolicies {
  /** The statements of a role's inline policies; none if there is no such role. */
  of(role: string): Promise<readonly Statement[]>;
  /** Forgets what a call to IAM may have changed. */
  after(call: { readonly service: string; readonly action: string | undefined }): void;
}

/**
 * Reads the inline policies of roles from the emulator; attached policies give no right here. They are read again after
 * `maxAgeMs`, for changes that `after` does not see.
 */
export function rolePolicies(
  endpoint: URL,
  credentials: { accessKeyId: string; secretAccessKey: string },
  maxAgeMs = Infinity,
): RolePolicies {
  const iam = new IAMClient({ endpoint: endpoint.href, region: "us-east-1", credentials });
  const known = new Map<string, { readonly atMs: number; readonly found: Promise<readonly Statement[]> }>();

  async function read(RoleName: string): Promise<readonly Statement[]> {
    try {
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const documents = await Promise.all(
        PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
      );
      return documents.flatMap(({ PolicyDocument = "{}" }) => {
        const { Statement = [] } = JSON.parse(decodeURIComponent(PolicyDocument)) as {
          Statement?: Statement | Statement[];
        };
        return Statement;
      });
    } catch (error) {
      if (error instanceof NoSuchEntityException) return [];
      throw error;
    }
  }

  return {
    of(role) {
      const nowMs = performance.now();
      const before = known.get(role);
      if (before !== undefined && nowMs - before.atMs < maxAgeMs) return before.found;
      const found = read(role);
      known.set(role, { atMs: nowMs, found });
      found.catch(() => known.delete(role));
      return found;
    },
    after({ service, action = "" }) {
      if (service === "iam" && !/^(Get|List)/.test(action)) known.clear();
    },
  };
}
