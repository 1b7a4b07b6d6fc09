import { randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { argon2Passwords } from "../../src/adapters/argon2/passwords.ts";
import { hmacCodeGenerator } from "../../src/adapters/hmac/code-generator.ts";
import { logMail } from "../../src/adapters/log/mail.ts";
import { mysqlAccounts } from "../../src/adapters/mysql/accounts.ts";
import { mysqlOneTimeCodes } from "../../src/adapters/mysql/one-time-codes.ts";
import { mysqlPasskeys } from "../../src/adapters/mysql/passkeys.ts";
import { mysqlPasswordHashes } from "../../src/adapters/mysql/password-hashes.ts";
import { mysqlChallenges } from "../../src/adapters/mysql/challenges.ts";
import { mysqlFactors } from "../../src/adapters/mysql/factors.ts";
import { mysqlImages } from "../../src/adapters/mysql/images.ts";
import { mysqlLimits } from "../../src/adapters/mysql/limits.ts";
import { mysqlMedia } from "../../src/adapters/mysql/media.ts";
import { mysqlProviderIdentities } from "../../src/adapters/mysql/provider-identities.ts";
import { mysqlProjects } from "../../src/adapters/mysql/projects.ts";
import { mysqlSessions } from "../../src/adapters/mysql/sessions.ts";
import { ownIdentityProvider } from "../../src/adapters/own/identity-provider.ts";
import { sharpImageProcessor } from "../../src/adapters/sharp/image-processor.ts";
import { openStorage } from "../../src/compose/ec2-storage.ts";
import { initialPicture } from "../../src/compose/initial-picture.ts";
import type { ImageProcessor } from "../../src/ports/image-processor.ts";
import type { Passwords } from "../../src/ports/passwords.ts";
import { accountRemoval } from "../../src/usecases/account-removal.ts";
import { accountUseCases } from "../../src/usecases/accounts.ts";
import { codeUseCases } from "../../src/usecases/identity/codes.ts";
import { imageIntake } from "../../src/usecases/image-intake.ts";
import { rateLimiter } from "../../src/usecases/rate-limiter.ts";
import { startApp, type TestApp } from "../app.ts";
import { goodPassword, newEmail } from "../client.ts";
import { factorParts } from "../factor-parts.ts";
import { onePixelPng } from "../images.ts";
import { patient } from "../requester.ts";

let app: TestApp;
let storage: ReturnType<typeof openStorage>;
const passwords = argon2Passwords();
const fullQueue = argon2Passwords(0);
const now = () => new Date();

beforeAll(async () => {
  app = await startApp();
  storage = openStorage(app.config, now);
});
afterAll(async () => {
  await storage.close();
  await app.close();
});

/** The use cases over real adapters, and what of them is the test's. */
function accountsWith(imageProcessor: ImageProcessor, hash: Passwords["hash"]) {
  const { pool, objectStore } = storage;
  const auditLog = () => {};
  const limits = rateLimiter({ limits: mysqlLimits(pool), auditLog, now });
  const identity = ownIdentityProvider({
    hashes: mysqlPasswordHashes(pool),
    codes: mysqlOneTimeCodes(pool),
    passwords: { ...passwords, hash },
    codeGenerator: hmacCodeGenerator(app.config.refreshSecrets),
    mail: logMail(() => {}),
    now,
  });
  const common = {
    accounts: mysqlAccounts(pool),
    identity,
    auditLog,
    rateLimiter: limits,
    now,
    newId: randomUUID,
  };
  const ofFactors = {
    ...{ sessions: mysqlSessions(pool), factors: mysqlFactors(pool) },
    ...{ challenges: mysqlChallenges(pool), passkeys: mysqlPasskeys(pool), limits: mysqlLimits(pool) },
  };
  const { provePassword, stepUp } = factorParts({ ...common, ...ofFactors });
  const ofProjects = { projects: mysqlProjects(pool), media: mysqlMedia(pool) };
  const identities = mysqlProviderIdentities(pool);
  const ofAccounts = { images: mysqlImages(pool), ...ofProjects, objectStore, identities };
  const removal = accountRemoval({ ...common, ...ofAccounts, ...ofFactors });
  const codes = codeUseCases({ ...common, ...ofFactors, afterAnswer: (work) => void work() });
  const onUnfinished = () => {};
  const intake = imageIntake({ imageProcessor, objectStore });
  return accountUseCases({
    ...common,
    objectStore,
    imageIntake: intake,
    initialPicture,
    provePassword,
    stepUp,
    codes,
    removal,
    onUnfinished,
  });
}

test("AUTH-20 a registration leaves no picture if no password can be hashed", async () => {
  let isFull = false;
  const { process: develop } = sharpImageProcessor();
  const accounts = accountsWith(
    {
      async process(read, requester) {
        const developed = await develop(read, requester);
        isFull = true; // from now on, when there is a picture to leave
        return developed;
      },
    },
    (password) => (isFull ? fullQueue : passwords).hash(password),
  );
  const picture = { key: `incoming/${randomUUID()}` };
  const { bucket: Bucket } = app.config.storage;
  await app.s3.send(new PutObjectCommand({ Bucket, Key: picture.key, Body: onePixelPng }));
  const registered = accounts.register({ email: newEmail(), password: goodPassword, picture }, patient);
  await expect(registered).rejects.toMatchObject({ code: "unavailable" });
  expect(await app.bucket.keys()).toEqual([]);
});
