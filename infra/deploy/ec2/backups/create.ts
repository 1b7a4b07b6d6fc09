import { resolve } from "node:path";
import { say, step } from "../../../cli/steps.ts";
import { plural } from "../../../cli/plural.ts";
import type { Hosts } from "../hosts/ssh.ts";
import type { Outputs } from "../../terraform/state.ts";
import { openBucket } from "./bucket.ts";
import { requireNoFile, writeBackupFile } from "./archive-writer.ts";
import { backUp } from "./host-backup.ts";
import { type BackupRecord, contentsOf } from "./manifest.ts";

/** What a backup is made of, and where it goes. */
export interface BackupTarget {
  readonly hosts: Hosts;
  readonly outputs: Outputs;
  readonly access: Record<string, string>;
  /** The file on this machine; undefined: the bucket alone. */
  readonly to: string | undefined;
}

/** Keeps what the deployment holds, in its bucket and, where a file is named, on this machine too. */
export async function createBackup({ hosts, outputs, access, to }: BackupTarget): Promise<BackupRecord> {
  const file = to === undefined ? undefined : resolve(to);
  if (file !== undefined) requireNoFile(file);
  const record = await step("Back up the database and restore it to see", () => backUp(hosts));
  say(`    ${record.name}: ${contentsOf(record.rows)}, ${kilobytes(record.dump.bytes)}`);
  if (file === undefined) return record;
  const bucket = openBucket(outputs, access);
  const gone = await step("Bring it and its images here", () => writeBackupFile(file, record, bucket));
  if (gone.length > 0) {
    say(
      `    ${plural(gone.length, "object")} that records point at were gone before:\n  ${gone.join("\n  ")}`,
    );
  }
  say(`    ${to}`);
  return record;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
