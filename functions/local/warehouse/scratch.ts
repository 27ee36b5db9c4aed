/**
 * Memory for values on their way into a vector, which copies them: made once, since a load
 * needs some megabytes for every thousand rows, and all of it would be garbage at once.
 */
let memory = new Int32Array(0);

/** Zeros; valid until the next call, so nothing may be awaited in between. */
export function scratchInt32(length: number): Int32Array<ArrayBuffer> {
  if (memory.length < length) memory = new Int32Array(length * 2);
  return memory.subarray(0, length).fill(0);
}
