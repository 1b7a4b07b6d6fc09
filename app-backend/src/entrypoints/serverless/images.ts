import { openImages } from "../../compose/serverless-images.ts";
import { imagesConfig } from "../../config/serverless.ts";

const { answer } = openImages(imagesConfig());

/** Takes one upload in, for the API. */
export const handler = (event: unknown) => answer(event);
