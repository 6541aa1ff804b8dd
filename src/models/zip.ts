/*
 * ZIP archives (PKWARE's APPNOTE 6.3.9), read with limits: entries stored or deflated, with the 64-bit fields that
 * PyTorch writes. The directory is read and checked here, because other readers trust its numbers; fflate inflates.
 */
import { EvanesceError } from "../base/errors.ts";

interface Entry {
  readonly stored: boolean;
  /** Bytes in the archive, and decompressed. */
  readonly packed: number;
  readonly size: number;
  /** The place of its local header. */
  readonly at: number;
}

/** An archive whose entries are read on request. */
export interface Zip {
  readonly names: readonly string[];
  /** The decompressed size of an entry. */
  size(name: string): number;
  /**
   * An entry's bytes: a view where it is stored.
   * @throws EvanesceError for an entry that is not there, or whose bytes are damaged
   */
  read(name: string): Promise<Uint8Array>;
}

const MOST_ENTRIES = 100_000;
/**
 * Limits against zip bombs: above the first many bytes, an entry must not inflate more than RATIO times. Archives of
 * weights hardly shrink.
 */
const FREE_BYTES = 2 ** 26;
const RATIO = 16;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/** Whether `bytes` begin like a zip archive. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/**
 * The directory of a zip archive.
 * @param name the file's name, for messages
 * @throws EvanesceError for an archive that is truncated, damaged, encrypted or split over files, or that decompresses
 * to far more than it holds
 */
export function openZip(bytes: Uint8Array, name: string): Zip {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = directory(view, name);
  const find = (entry: string): Entry => {
    const found = entries.get(entry);
    if (found === undefined) throw damaged(name, `an entry ${entry}`, [...entries.keys()].join(", "));
    return found;
  };
  return {
    names: [...entries.keys()],
    size: (entry) => find(entry).size,
    read: async (entry) => {
      const { stored, packed, size, at } = find(entry);
      const where = `${name}: ${entry}`;
      if (at + 30 > bytes.length || view.getUint32(at, true) !== LOCAL) throw damaged(where, "a local header", at);
      const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
      if (start + packed > bytes.length) throw damaged(where, `${packed} bytes`, bytes.length - start);
      const data = bytes.subarray(start, start + packed);
      return stored ? data : await inflate(data, size, where);
    },
  };
}

function directory(view: DataView, name: string): Map<string, Entry> {
  const { count, at, end } = endOfDirectory(view, name);
  if (count > MOST_ENTRIES) throw damaged(name, `at most ${MOST_ENTRIES} entries`, count);
  const entries = new Map<string, Entry>();
  let next = at;
  let packedBytes = 0;
  let inflatedBytes = 0;
  for (let i = 0; i < count; i++) {
    if (next + 46 > end || view.getUint32(next, true) !== CENTRAL) throw damaged(name, `${count} entries`, i);
    const flags = view.getUint16(next + 8, true);
    const method = view.getUint16(next + 10, true);
    const nameLength = view.getUint16(next + 28, true);
    const extraLength = view.getUint16(next + 30, true);
    const after = next + 46 + nameLength + extraLength + view.getUint16(next + 32, true);
    if (after > end) throw damaged(name, "a whole directory", `one that ends at byte ${end}`);
    const entry = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + next + 46, nameLength));
    const where = `${name}: ${entry}`;
    if ((flags & 1) !== 0)
      throw new EvanesceError(where, "an entry that is not encrypted", "an encrypted one", "decrypt it");
    if (method !== 0 && method !== 8) throw damaged(where, "an entry that is stored or deflated", `method ${method}`);
    const sizes = sizesOf(view, next, next + 46 + nameLength, extraLength, where);
    if (method === 0 && sizes.packed !== sizes.size) throw damaged(where, `${sizes.size} bytes`, sizes.packed);
    if (entries.has(entry)) throw damaged(name, "every entry once", entry);
    entries.set(entry, { stored: method === 0, ...sizes });
    packedBytes += sizes.packed;
    if (method === 8) inflatedBytes += sizes.size;
    next = after;
  }
  if (packedBytes > view.byteLength) throw damaged(name, `entries within its ${view.byteLength} bytes`, packedBytes);
  if (inflatedBytes > FREE_BYTES + RATIO * view.byteLength) {
    const rule = `an archive that inflates at most ${RATIO} times`;
    throw new EvanesceError(name, rule, `${inflatedBytes} bytes from ${view.byteLength}`, "this is no file of weights");
  }
  return entries;
}

/** The number of entries, and the places where they begin and end. */
function endOfDirectory(view: DataView, name: string): { count: number; at: number; end: number } {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let end = view.byteLength - 22; end >= first; end--) {
    if (view.getUint32(end, true) !== END) continue;
    if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR_64) {
      const wide = long(view, end - 12);
      if (wide + 56 <= end && view.getUint32(wide, true) === END_64) {
        return { count: long(view, wide + 32), at: long(view, wide + 48), end: wide };
      }
    }
    return { count: view.getUint16(end + 10, true), at: view.getUint32(end + 16, true), end };
  }
  throw damaged(name, "a zip archive with its directory at the end", `${view.byteLength} bytes without one`);
}

/** The sizes and the place of an entry, from its 64-bit fields where the 32-bit ones are all ones. */
function sizesOf(view: DataView, header: number, extra: number, extraLength: number, where: string) {
  const fields = { size: 24, packed: 20, at: 42 } as const;
  const sizes = { size: 0, packed: 0, at: 0 };
  let wide = -1;
  let left = 0;
  for (let at = extra; at + 4 <= extra + extraLength; ) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      wide = at + 4;
      left = Math.min(length, extra + extraLength - wide);
      break;
    }
    at += 4 + length;
  }
  for (const key of ["size", "packed", "at"] as const) {
    const short = view.getUint32(header + fields[key], true);
    if (short !== 0xffffffff) {
      sizes[key] = short;
      continue;
    }
    if (left < 8) throw damaged(where, "its size", "none");
    sizes[key] = long(view, wide);
    wide += 8;
    left -= 8;
  }
  if (sizes.at > view.byteLength || sizes.packed > view.byteLength) {
    throw damaged(where, `an entry within ${view.byteLength} bytes`, `${sizes.packed} bytes at ${sizes.at}`);
  }
  return sizes;
}

const long = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/** The data is inflated in small slices, so that an entry longer than declared is found early. */
async function inflate(data: Uint8Array, size: number, where: string): Promise<Uint8Array> {
  const { Inflate } = await import("fflate");
  const whole = new Uint8Array(size);
  let filled = 0;
  const stream = new Inflate((chunk) => {
    if (filled + chunk.length > size) throw damaged(where, `${size} bytes decompressed`, "more");
    whole.set(chunk, filled);
    filled += chunk.length;
  });
  try {
    const slice = 8192;
    for (let at = 0; at < data.length; at += slice) {
      stream.push(data.subarray(at, at + slice), at + slice >= data.length);
    }
  } catch (error) {
    if (error instanceof EvanesceError) throw error;
    throw damaged(where, `valid DEFLATE (${(error as Error).message})`, `${data.length} bytes`);
  }
  if (filled !== size) throw damaged(where, `${size} bytes decompressed`, filled);
  return whole;
}

const damaged = (where: string, rule: string, got: unknown) =>
  new EvanesceError(where, rule, got, "the file is damaged: copy it again");
