import { EvanesceError } from "../base/errors.ts";

/** What decompression may yield: the training images of MNIST take 47 MB; a hostile file could take all memory. */
const MOST_BYTES = 2 ** 30;

interface Zlib {
  gunzipSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

/** True where `bytes` begin with gzip's magic number (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * `bytes` decompressed where they are gzip, and `bytes` themselves where not.
 *
 * Needs Node's zlib, looked up only when a gzip file arrives so that bundlers for browsers never see it. A browser has
 * `DecompressionStream`, which is asynchronous: decompress there first, and pass the result.
 *
 * @throws EvanesceError for a corrupt file, one of more than 1 GiB, or outside Node
 */
export function gunzip(bytes: Uint8Array, name: string): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const host = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  const zlib = host.process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;
  if (zlib === undefined) {
    throw new EvanesceError(name, "data that are not compressed", "gzip", "pass it through DecompressionStream first");
  }
  try {
    const plain = zlib.gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new EvanesceError(name, `at most ${MOST_BYTES} bytes decompressed`, "more", "split the file");
    }
    throw new EvanesceError(
      name,
      `valid gzip (${message})`,
      `${bytes.length} bytes`,
      "the file is damaged: copy it again",
    );
  }
}
