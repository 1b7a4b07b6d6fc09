import { isNativeError } from "node:util/types";

/**
 * Jest runs tests in a context of its own, with another `Error` than that of Node's errors, such as ECONNRESET. Here
 * both are errors, as they are where the application runs.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(thrown) {
    const isInstance = Function.prototype[Symbol.hasInstance].call(this, thrown);
    return isInstance || (this === Error && (isNativeError(thrown) || thrown instanceof DOMException));
  },
});
