import * as sdk from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "@jest/globals";
import { type Cause, causeOf, dynamodbError } from "../../../src/adapters/dynamodb/dynamodb-error.ts";

const $metadata = {};
const named = (name: string, message = "") =>
  new sdk.DynamoDBServiceException({ name, message, $fault: "client", $metadata });

/** Every error that the model of the service knows. */
const modelled = Object.entries(sdk as Record<string, { readonly prototype?: unknown }>)
  .filter(([, { prototype }]) => prototype instanceof sdk.DynamoDBServiceException)
  .map(([name]) => name);

/** docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html and the errors that a client gets beside them. */
const common = [
  ...["AccessDeniedException", "ExpiredTokenException", "IncompleteSignature", "InternalFailure"],
  ...["InvalidSignatureException", "MissingAuthenticationTokenException", "OptInRequired", "RequestExpired"],
  ...[
    "SerializationException",
    "ServiceUnavailable",
    "UnknownOperationException",
    "UnrecognizedClientException",
  ],
  "ValidationException",
];

const verdicts: Readonly<Record<Cause, readonly string[]>> = {
  "not now": [
    ...["InternalFailure", "InternalServerError", "ServiceUnavailable"],
    ...["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"],
    ...["AccessDeniedException", "ExpiredTokenException", "InvalidSignatureException"],
    ...[
      "MissingAuthenticationTokenException",
      "OptInRequired",
      "RequestExpired",
      "UnrecognizedClientException",
    ],
    "ResourceNotFoundException",
  ],
  conflict: [
    ...["TransactionConflictException", "TransactionInProgressException", "ReplicatedWriteConflictException"],
  ],
  condition: ["ConditionalCheckFailedException"],
  "too large": [],
  ours: [
    ...["IncompleteSignature", "SerializationException", "UnknownOperationException", "ValidationException"],
    ...["IdempotentParameterMismatchException", "ItemCollectionSizeLimitExceededException"],
    ...["DuplicateItemException", "InvalidEndpointException", "TransactionCanceledException"],
    // Of operations on tables, backups, imports and policies, none of which are used.
    ...["BackupInUseException", "BackupNotFoundException", "ContinuousBackupsUnavailableException"],
    ...["ExportConflictException", "ExportNotFoundException", "GlobalTableAlreadyExistsException"],
    ...["GlobalTableNotFoundException", "ImportConflictException", "ImportNotFoundException"],
    ...["IndexNotFoundException", "InvalidExportTimeException", "InvalidRestoreTimeException"],
    ...["LimitExceededException", "PointInTimeRecoveryUnavailableException", "PolicyNotFoundException"],
    ...["ReplicaAlreadyExistsException", "ReplicaNotFoundException", "ResourceInUseException"],
    ...["TableAlreadyExistsException", "TableInUseException", "TableNotFoundException"],
  ],
};

describe("SLS-21 an error of DynamoDB", () => {
  test("has a verdict, whatever its name", () => {
    const known = Object.values(verdicts).flat();
    expect(modelled.length).toBeGreaterThan(30);
    expect([...modelled, ...common].filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => ![...modelled, ...common].includes(name))).toEqual([]);
  });

  test.each(Object.entries(verdicts))("is '%s' by its name", (verdict, names) => {
    expect(names.filter((name) => causeOf(named(name)) !== verdict)).toEqual([]);
  });

  test.each(["ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "EHOSTUNREACH"])(
    "is 'not now' if the network is the cause: %s",
    (code) => expect(causeOf(Object.assign(new Error(code), { code }))).toBe("not now"),
  );

  test("is 'not now' if no answer comes in time, or there are no credentials", () => {
    for (const name of ["TimeoutError", "CredentialsProviderError", "ExpiredToken"])
      expect(causeOf(Object.assign(new Error("late"), { name }))).toBe("not now");
  });

  test("is the input's fault if an item would be too large", () => {
    const inTransaction = Object.assign(named("TransactionCanceledException"), {
      CancellationReasons: [
        { Code: "None" },
        { Code: "ValidationError", Message: "Item size to update has exceeded the maximum allowed size" },
      ],
    });
    const alone = named("ValidationException", "Item size has exceeded the maximum allowed size");
    for (const error of [alone, inTransaction])
      expect(dynamodbError(error)).toMatchObject({ code: "invalid_input", cause: error });
  });

  test("stays a bug if it is none of DynamoDB's", () => {
    const invalid = Object.assign(new TypeError("invalid"), { code: "ERR_INVALID_ARG_TYPE" });
    for (const error of [
      new TypeError("x is not a function"),
      invalid,
      undefined,
      "text",
      named("ValidationException"),
    ])
      expect(dynamodbError(error)).toBe(error);
  });
});
