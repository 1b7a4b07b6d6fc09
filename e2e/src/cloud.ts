import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { stateRoot } from "./make.ts";

interface Running {
  readonly apiUrl: string;
  readonly s3Port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const region = "us-east-1";
const sizeBytes = 1024;

/** The running local cloud, as another user of its account would use it. */
export function cloud() {
  const running = JSON.parse(readFileSync(join(stateRoot, "local-cloud/cloud.json"), "utf8")) as Running;
  const s3 = new S3Client({
    endpoint: `http://127.0.0.1:${running.s3Port}`,
    credentials: running,
    region,
    forcePathStyle: true,
  });
  const ec2 = new EC2Client({ endpoint: running.apiUrl, credentials: running, region });

  return {
    /** Fills a bucket with what an application leaves in a versioned one. */
    async fill(
      Bucket: string,
      counts: { objects: number; versions: number; markers: number; uploads: number },
    ) {
      const key = (index: number) => `images/load/${index}`;
      const put = (index: number) =>
        s3.send(new PutObjectCommand({ Bucket, Key: key(index), Body: Buffer.alloc(sizeBytes, index) }));
      await inParallel(counts.objects, put);
      await inParallel(counts.versions, put);
      await inParallel(counts.markers, (index) =>
        s3.send(new DeleteObjectCommand({ Bucket, Key: key(index) })),
      );
      await inParallel(counts.uploads, async (index) => {
        const upload = { Bucket, Key: `incoming/unfinished/${index}` };
        const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
        const part = { ...upload, UploadId, PartNumber: 1, Body: Buffer.alloc(sizeBytes) };
        await s3.send(new UploadPartCommand(part));
      });
    },
    /** The keys of at most 1,000 objects of a bucket. */
    async keys(Bucket: string, Prefix: string): Promise<string[]> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key }) => Key!);
    },
    /** A volume that carries a deployment's tags, made without Terraform. Returns its id. */
    async plantVolume(deployment: string): Promise<string> {
      const Tags = Object.entries({ Project: "tintype", Deployment: deployment }).map(([Key, Value]) => ({
        Key,
        Value,
      }));
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
      const { VolumeId } = await ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone: Subnets[0]!.AvailabilityZone!,
          Size: 1,
          TagSpecifications: [{ ResourceType: "volume", Tags }],
        }),
      );
      return VolumeId!;
    },
    async removeVolume(VolumeId: string): Promise<void> {
      await ec2.send(new DeleteVolumeCommand({ VolumeId }));
    },
  };
}

async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 24 }, worker));
}
