/**
 * How many numbers are copied, gathered or updated between two pauses: some milliseconds of work, and whole cache
 * lines.
 */
export const NUMBERS_A_PART = 1_000_000;

/**
 * A copy of an array, with a pause after every million numbers. @param read returns the array; called again after every
 * pause
 */
export function* copyInParts(read: () => Float32Array): Generator<void, Float32Array> {
  const { length } = read();
  const copy = new Float32Array(length);
  for (let from = 0; from < length; from += NUMBERS_A_PART) {
    copy.set(read().subarray(from, from + NUMBERS_A_PART), from);
    if (from + NUMBERS_A_PART < length) yield;
  }
  return copy;
}
