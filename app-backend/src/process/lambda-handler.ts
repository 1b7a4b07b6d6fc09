import type { Express, Request, Response } from "express";
import serverlessHttp from "serverless-http";

export interface Served {
  readonly app: Express;
  /** Resolves when no work is left that a response did not wait for. */
  readonly drain: () => Promise<void>;
}

/** What is read of an event of an HTTP API, payload format 2.0. */
interface HttpEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: { readonly http: { readonly sourceIp: string } };
}

interface HttpAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
}

/**
 * Answers events of an HTTP API by the application that is current. It resolves when nothing is left to do: the
 * environment is frozen then, and may never go on. Lambda refuses handlers of three parameters.
 */
export function lambdaHandler(current: (headers: HttpEvent["headers"]) => Promise<Served>) {
  let last: { readonly served: Served; readonly handle: ReturnType<typeof wrap> } | undefined;

  return async (event: object, context: object): Promise<object> => {
    const served = await current((event as HttpEvent).headers);
    if (last?.served !== served) last = { served, handle: wrap(served.app) };
    const answer = (await last.handle(event, context)) as HttpAnswer;
    await served.drain();
    return withCookies(answer);
  };
}

function wrap(app: Express) {
  return serverlessHttp(app, {
    requestId: "", // ours
    binary: false, // all bodies are JSON
    request(req: Request, event: HttpEvent) {
      // An own property of the wrapped request, which Express does not compute: without this it is the edge's address.
      Object.assign(req, { ip: viewerAddress(event) });
      // The bytes as they came, which a handler must not mistake for what a parser made of them.
      Object.assign(req, { body: undefined });
    },
    response(res: Response) {
      // Otherwise false: there is no socket. The log would take each client for one that left.
      Object.defineProperty(res, "writableFinished", { value: true });
    },
  });
}

/**
 * Set by the function at the edge; it holds only for a request with the edge's proof. `X-Forwarded-For` begins with what the
 * viewer wrote, and AWS does not document how many addresses API Gateway adds to it.
 */
const viewerAddress = ({ headers, requestContext }: HttpEvent): string =>
  headers["viewer-address"] ?? requestContext.http.sourceIp;

/** In this format cookies are apart from headers. */
function withCookies({ headers: { "set-cookie": cookie, ...headers }, ...answer }: HttpAnswer): HttpAnswer {
  return { ...answer, headers, cookies: [...answer.cookies, ...(cookie === undefined ? [] : [cookie])] };
}
