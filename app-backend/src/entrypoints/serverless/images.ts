import { openImages } from "../../compose/serverless-images.ts";
import { imagesConfig } from "../../config/serverless.ts";
import { isTrial } from "../../process/trial.ts";

const { answer } = openImages(imagesConfig());

/** Takes one upload in, for the API. A trial ends here: all that is needed has been loaded. */
export const handler = async (event: unknown) => (isTrial(event) ? {} : answer(event));
