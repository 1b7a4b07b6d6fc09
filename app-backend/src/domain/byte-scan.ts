/** What a scan wants next of a stream: bytes to look at, or to pass over, or to read again. */
type Step = { readonly take: number } | { readonly skip: number } | { readonly back: Uint8Array };

/** A parser that sees a stream once. A step that the end cuts short returns what there was. */
export type Scan<Result> = Generator<Step, Result, Uint8Array>;

const nothing = new Uint8Array(0);

/** So that a file of tiny parts costs no more than one of large parts. */
const maxSteps = 20_000;

/** The next bytes: that many, or what there is before the end. */
export function* take(bytes: number): Scan<Uint8Array> {
  return yield { take: bytes };
}

export function* skip(bytes: number): Scan<void> {
  yield { skip: bytes };
}

/** Has the next steps begin with these bytes. */
export function* back(bytes: Uint8Array): Scan<void> {
  yield { back: bytes };
}

/** Feeds a scan with a stream. Memory is bounded by its largest `take`. */
export function scanner<Result>(scan: Scan<Result>) {
  let step = scan.next();
  let steps = 0;
  let buffered: Uint8Array = nothing;

  /** Returns whether the scan went on. */
  function advance(isEnd: boolean): boolean {
    if (step.done || steps === maxSteps) return false;
    const { value } = step;
    if ("back" in value) {
      buffered = joined(value.back, buffered);
      return next(nothing);
    }
    if ("take" in value) {
      if (buffered.length < value.take && !isEnd) return false;
      const taken = buffered.subarray(0, value.take);
      buffered = buffered.subarray(taken.length);
      return next(taken);
    }
    const passed = Math.min(value.skip, buffered.length);
    buffered = buffered.subarray(passed);
    if (passed === value.skip || isEnd) return next(nothing);
    step = { done: false, value: { skip: value.skip - passed } };
    return false;
  }

  function next(bytes: Uint8Array): true {
    steps += 1;
    step = scan.next(bytes);
    return true;
  }

  return {
    /** The next bytes of the stream. They are not changed, and may be kept until the following call. */
    push(chunk: Uint8Array): void {
      if (step.done || steps === maxSteps) return;
      buffered = joined(buffered, chunk);
      while (advance(false));
    },
    /** The result at the end of the stream; undefined if the scan needed more steps than it may take. */
    end(): Result | undefined {
      while (advance(true));
      buffered = nothing;
      return step.done ? step.value : undefined;
    },
  };
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
