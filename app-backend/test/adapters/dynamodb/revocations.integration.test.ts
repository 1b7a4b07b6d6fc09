import { describe } from "@jest/globals";
import { dynamodbRevocations } from "../../../src/adapters/dynamodb/revocations.ts";
import { revocationsContract } from "../../contract/revocations.ts";
import { openDynamodbPort } from "./stores.ts";

describe("DynamoDB", () => {
  revocationsContract(openDynamodbPort(dynamodbRevocations));
});
