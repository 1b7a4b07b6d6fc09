/** The value, or the end of the process with the reason on standard error. */
export function orExit<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
