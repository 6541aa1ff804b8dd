import fc from "fast-check";
import { expect } from "vitest";
import { concatenated } from "../../src/base/concatenated.ts";
import { EvanesceError } from "../../src/base/errors.ts";

/** ASCII and Latin-1 text, one byte for each character. */
export const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => concatenated(parts);

/** The EvanesceError that `action` throws; anything else fails the test. */
export function refusal(action: () => unknown): EvanesceError {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    if (error instanceof EvanesceError) return error;
    throw error;
  }
  throw new Error(`expected an EvanesceError, got ${JSON.stringify(result)?.slice(0, 200)}`);
}

/** `valid` after up to four random edits: a byte overwritten, bytes inserted or removed, the end cut off. */
export const mutations = (valid: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const at = fc.nat(valid.length);
  const edit = fc.oneof(
    fc.tuple(at, fc.nat(255)).map(([i, byte]) => (b: Uint8Array) => {
      const copy = b.slice();
      if (i < copy.length) copy[i] = byte;
      return copy;
    }),
    fc.tuple(at, fc.uint8Array({ maxLength: 9 })).map(([i, extra]) => (b: Uint8Array) => {
      return concat(b.slice(0, i), extra, b.slice(i));
    }),
    fc.tuple(at, fc.nat(16)).map(
      ([i, n]) =>
        (b: Uint8Array) =>
          concat(b.slice(0, i), b.slice(i + n)),
    ),
    at.map((i) => (b: Uint8Array) => b.slice(0, i)),
    // A digit is replaced by a digit, so shapes and offsets change, but the header stays well formed.
    fc.tuple(at, fc.constantFrom(..."0123456789-.e")).map(([i, digit]) => (b: Uint8Array) => {
      const copy = b.slice();
      const next = copy.findIndex((byte, j) => j >= i && byte >= 48 && byte <= 57);
      if (next >= 0) copy[next] = digit.charCodeAt(0);
      return copy;
    }),
  );
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => edits.reduce((b, apply) => apply(b), valid));
};

/** Asserts that `read` either refuses each mutation of `valid` with an EvanesceError or returns what `check` accepts. */
export function surviveMutations<Result>(
  valid: Uint8Array,
  read: (bytes: Uint8Array) => Result,
  check: (result: Result) => void,
): void {
  fc.assert(
    fc.property(mutations(valid), (bytes) => {
      let result: Result;
      try {
        result = read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(EvanesceError);
        expect((error as Error).message).toMatch(/^.+: .+, got .*; .+/s);
        return;
      }
      check(result);
    }),
    { numRuns: 3000 },
  );
}

export const product = (shape: readonly number[]) => shape.reduce((p, axis) => p * axis, 1);
