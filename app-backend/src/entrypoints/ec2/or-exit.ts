/** Returns the value, or prints the error and ends the process. */
export function orExit<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
