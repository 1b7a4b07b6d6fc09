import { openApi } from "../../compose/serverless.ts";
import { apiConfig } from "../../config/serverless.ts";
import { lambdaHandler } from "../../process/lambda-handler.ts";

const { current } = await openApi(apiConfig());

/** Answers requests of an HTTP API, payload format 2.0. */
export const handler = lambdaHandler(current);
