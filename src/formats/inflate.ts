/*
 * DEFLATE (RFC 1951), the decoder: a stream of blocks, each stored, or of literals and matches in Huffman codes, fixed
 * or its own.
 *
 * Codes are canonical: all of one length are consecutive numbers, so that a code is found by counting up its bits
 * (Adler's puff, 2002): no table, and quick enough for a few hundred kilobytes.
 */
import { EvanesceError } from "../base/errors.ts";

/**
 * A match of length symbol 257 + i is LENGTHS[i] long, and as much more as the next LENGTH_BITS[i] bits say; distances
 * alike.
 */
const LENGTHS = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = Array.from({ length: 30 }, (_, i) => (i < 4 ? i + 1 : 1 + ((2 + (i & 1)) << ((i >> 1) - 1))));
const DISTANCE_BITS = Array.from({ length: 30 }, (_, i) => (i < 4 ? 0 : (i >> 1) - 1));
/** The order in which a block gives the lengths of the codes of its code lengths. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST = 15;

/** How many codes there are of each length, and the symbols in the order of their codes. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

function codeOf(lengths: ArrayLike<number>): Code {
  const counts = new Uint16Array(LONGEST + 1);
  for (let s = 0; s < lengths.length; s++) counts[lengths[s]]++;
  counts[0] = 0;
  const next = new Uint16Array(LONGEST + 2);
  for (let length = 1; length <= LONGEST; length++) next[length + 1] = next[length] + counts[length];
  const symbols = new Uint16Array(lengths.length);
  for (let s = 0; s < lengths.length; s++) if (lengths[s] > 0) symbols[next[lengths[s]]++] = s;
  return { counts, symbols };
}

const fixed = (): readonly [Code, Code] => [
  codeOf(Array.from({ length: 288 }, (_, s) => (s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8))),
  codeOf(new Uint8Array(30).fill(5)),
];

/**
 * The `size` bytes that `deflated`, raw DEFLATE without header or checksum, stands for.
 * @throws EvanesceError where it stands for more or fewer, or for none
 */
export function inflate(deflated: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let [at, to, held, holds] = [0, 0, 0, 0];

  const refuse = (got: string) => new EvanesceError("inflate", `DEFLATE of ${size} bytes`, got, "make the file again");

  const bits = (count: number): number => {
    while (holds < count) {
      if (at >= deflated.length) throw refuse("an end too early");
      held |= deflated[at++] << holds;
      holds += 8;
    }
    const value = held & ((1 << count) - 1);
    held >>>= count;
    holds -= count;
    return value;
  };

  const symbol = ({ counts, symbols }: Code): number => {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= LONGEST; length++) {
      code |= bits(1);
      const count = counts[length];
      if (code - count < first) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw refuse("a code there is not");
  };

  const stored = (): void => {
    held = 0;
    holds = 0;
    const count = deflated[at] | (deflated[at + 1] << 8);
    at += 4;
    if (!(at + count <= deflated.length && to + count <= size)) throw refuse("a block too long");
    out.set(deflated.subarray(at, at + count), to);
    at += count;
    to += count;
  };

  const ownCodes = (): readonly [Code, Code] => {
    const [literals, distances, given] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const lengths = new Uint8Array(literals + distances);
    const ofLengths = new Uint8Array(19);
    for (let i = 0; i < given; i++) ofLengths[LENGTH_ORDER[i]] = bits(3);
    const lengthCode = codeOf(ofLengths);
    for (let i = 0; i < lengths.length; ) {
      const s = symbol(lengthCode);
      if (s < 16) lengths[i++] = s;
      else {
        const value = s === 16 ? lengths[i - 1] : 0;
        const end = i + (s === 16 ? 3 + bits(2) : s === 17 ? 3 + bits(3) : 11 + bits(7));
        if (end > lengths.length) throw refuse("too many code lengths");
        lengths.fill(value, i, end);
        i = end;
      }
    }
    return [codeOf(lengths.subarray(0, literals)), codeOf(lengths.subarray(literals))];
  };

  const compressed = ([literalCode, distanceCode]: readonly [Code, Code]): void => {
    for (;;) {
      const s = symbol(literalCode);
      if (s === 256) return;
      if (s < 256) {
        if (to === size) throw refuse("more bytes");
        out[to++] = s;
        continue;
      }
      const length = LENGTHS[s - 257] + bits(LENGTH_BITS[s - 257]);
      const d = symbol(distanceCode);
      const distance = DISTANCES[d] + bits(DISTANCE_BITS[d]);
      if (!(distance <= to && to + length <= size)) throw refuse("a match out of bounds");
      // byte by byte: a match may reach into itself
      for (const end = to + length; to < end; to++) out[to] = out[to - distance];
    }
  };

  for (let last = 0; last === 0; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) stored();
    else if (kind < 3) compressed(kind === 1 ? fixed() : ownCodes());
    else throw refuse("a block of no kind");
  }
  if (to !== size) throw refuse(`${to} bytes`);
  return out;
}
