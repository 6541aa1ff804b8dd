import { Gunzip } from "fflate";
import { concatenated } from "../base/concatenated.ts";
import { EvanesceError } from "../base/errors.ts";
import { Crc } from "./crc.ts";

/**
 * Most bytes that decompression may yield: the training images of MNIST take 47 MB; a hostile file could take all
 * memory.
 */
const MOST_BYTES = 2 ** 30;
/** Compressed bytes that are decompressed at once; they give at most 8 MiB. */
const PIECE = 2 ** 13;
/** Most bytes of a decompressed piece: bytes that compress well become a thousand times as many. */
const MOST_PIECE = 2 ** 18;

/** True where `bytes` begin with gzip's magic number (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Bytes at the beginning of a file from which its header can tell its size. */
const HEAD = 512;

/**
 * The decompressed bytes if `bytes` are gzip, else `bytes` themselves.
 *
 * @param sizeOf the size of the file that begins with these bytes; a longer file is refused as soon as it exceeds it
 * @throws EvanesceError for a corrupt file, one of more than 1 GiB, or one longer than `sizeOf` says
 */
export function gunzip(bytes: Uint8Array, name: string, sizeOf?: (head: Uint8Array) => number): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const pieces: Uint8Array[] = [];
  let size = 0;
  let most: number | undefined;
  for (const piece of gunzipPieces(inPieces(bytes, PIECE), name)) {
    pieces.push(piece);
    size += piece.length;
    if (most === undefined && size >= HEAD) most = requireSize(name, sizeOf?.(concatenated(pieces)));
    if (size <= (most ?? MOST_BYTES)) continue;
    const rule = `at most ${most ?? MOST_BYTES} bytes decompressed`;
    const remedy = sizeOf === undefined ? "split the file" : "its header says so: the file is damaged, copy it again";
    throw new EvanesceError(name, rule, "more", remedy);
  }
  return concatenated(pieces);
}

/** @throws EvanesceError for a file that would take more than 1 GiB */
function requireSize(name: string, size = MOST_BYTES): number {
  if (size <= MOST_BYTES) return size;
  throw new EvanesceError(name, `at most ${MOST_BYTES} bytes decompressed`, size, "split the file");
}

function* inPieces(bytes: Uint8Array, most: number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += most) yield bytes.subarray(from, from + most);
}

/**
 * Decompresses the pieces of a gzip file of one or more members (RFC 1952) and checks the checksum and size of each
 * member. A piece has at most 256 KiB, so that its reader can pause.
 *
 * @param pieces the compressed file, in order
 * @throws EvanesceError for a corrupt file
 */
export function* gunzipPieces(pieces: Iterable<Uint8Array>, name: string): Generator<Uint8Array> {
  let out: Uint8Array[] = [];
  let crc = new Crc("crc32");
  let size = 0;
  let read = 0;
  let tail: Uint8Array = new Uint8Array(0); // the last bytes read: a member's trailer may lie across two pieces
  const damaged = (why: string) =>
    new EvanesceError(name, `valid gzip (${why})`, `${read} bytes`, "the file is damaged: copy it again");
  /** @param to how many bytes of `tail` belong to the member */
  const finishMember = (to: number) => {
    if (to < 8) throw damaged("its trailer is cut off");
    const trailer = new DataView(tail.buffer, tail.byteOffset + to - 8, 8);
    if (trailer.getUint32(0, true) !== crc.value) throw damaged("its checksum differs");
    if (trailer.getUint32(4, true) !== size % 2 ** 32) throw damaged("its size differs");
    crc = new Crc("crc32");
    size = 0;
  };
  const gunzip = new Gunzip((piece) => {
    crc.add(piece);
    size += piece.length;
    if (piece.length > 0) out.push(piece.slice());
  });
  gunzip.onmember = (offset) => finishMember(offset - (read - tail.length));
  const push = (piece: Uint8Array, final: boolean) => {
    tail = concatenated([tail.subarray(-64), piece]);
    read += piece.length;
    try {
      gunzip.push(piece.slice(), final);
    } catch (error) {
      throw error instanceof EvanesceError ? error : damaged((error as Error).message);
    }
  };
  for (const chunk of pieces) {
    for (const piece of inPieces(chunk, PIECE)) {
      push(piece, false);
      for (const whole of out) yield* inPieces(whole, MOST_PIECE);
      out = [];
    }
  }
  push(new Uint8Array(0), true);
  for (const whole of out) yield* inPieces(whole, MOST_PIECE);
  finishMember(tail.length);
}
