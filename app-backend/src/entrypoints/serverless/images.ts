import { openImages } from "../../compose/serverless-images.ts";
import { imagesConfig } from "../../config/serverless.ts";
import { isTrial } from "../../process/trial.ts";

const { answer, probe } = openImages(imagesConfig());

/** Takes one upload in, for the API. */
export const handler = async (event: unknown) => (isTrial(event) ? probe() : answer(event));
