import { EvanesceError } from "../base/errors.ts";

/** The encoding of a text file. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/**
 * How many bytes are read to recognize UTF-16 without a byte order mark: each ASCII character has a zero byte in it.
 */
const LOOKED_AT = 1024;

/**
 * UTF-16 where a byte order mark says so, or where every other byte of the beginning is zero; else UTF-8.
 *
 * @param head the first bytes of the file
 */
export function encodingOf(head: Uint8Array): Exclude<Encoding, "windows-1252"> {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const pairs = Math.min(head.length, LOOKED_AT) >> 1;
  let [even, odd] = [0, 0]; // zero bytes at even and odd places
  for (let i = 0; i < pairs; i++) {
    if (head[2 * i] === 0) even++;
    if (head[2 * i + 1] === 0) odd++;
  }
  if (pairs > 0 && even === 0 && odd > 0.7 * pairs) return "utf-16le";
  if (pairs > 0 && odd === 0 && even > 0.7 * pairs) return "utf-16be";
  return "utf-8";
}

/**
 * UTF-8 or UTF-16 as text, a byte order mark left out.
 *
 * @throws EvanesceError for bytes that are neither, or too many for one string
 */
export function decodeText(where: string, bytes: Uint8Array): string {
  try {
    return decoder(encodingOf(bytes), true).decode(bytes);
  } catch {
    throw new EvanesceError(where, "UTF-8 text", `${bytes.length} bytes that are not`, "save the file as UTF-8");
  }
}

/** Text in pieces, and, once all pieces are read, its encoding. */
export interface DecodedText extends Iterable<string> {
  /** `windows-1252` if some bytes were not UTF-8. */
  readonly encoding: Encoding;
}

/**
 * A file's bytes as text, piece by piece. Bytes that are not UTF-8 are read as Windows-1252, of which Latin-1 is a
 * part: digits, delimiters and quotes are the same in all of them.
 *
 * @throws EvanesceError, while it is read, where some of a file's bytes are UTF-8 beyond ASCII and others are not UTF-8
 */
export function decodePieces(pieces: Iterable<Uint8Array>, name: string): DecodedText {
  let encoding: Encoding = "utf-8";
  return {
    get encoding() {
      return encoding;
    },
    *[Symbol.iterator]() {
      let text: TextDecoder | undefined;
      let beyondAscii = false;
      let waiting: Uint8Array = new Uint8Array(0); // bytes of a character whose end is in the next piece
      for (const piece of pieces) {
        if (piece.length === 0) continue;
        if (text === undefined) {
          encoding = encodingOf(piece);
          text = decoder(encoding, true);
        }
        if (encoding !== "utf-8") {
          yield decodeNext(text, piece, encoding, name);
          continue;
        }
        const bytes = waiting.length === 0 ? piece : joined(waiting, piece);
        const whole = bytes.length - unfinished(bytes);
        waiting = bytes.slice(whole);
        try {
          const part = decoder("utf-8", !beyondAscii).decode(bytes.subarray(0, whole));
          beyondAscii ||= part.length < whole;
          yield part;
        } catch {
          if (beyondAscii) throw mixed(name);
          encoding = "windows-1252";
          text = decoder(encoding, false);
          waiting = waiting.slice(waiting.length);
          yield text.decode(bytes, { stream: true });
        }
      }
      if (waiting.length > 0) {
        if (beyondAscii) throw mixed(name);
        encoding = "windows-1252";
        yield decoder(encoding, false).decode(waiting);
      } else if (text !== undefined && encoding !== "utf-8") yield decodeNext(text, undefined, encoding, name);
    },
  };
}

function decodeNext(text: TextDecoder, piece: Uint8Array | undefined, encoding: Encoding, name: string): string {
  try {
    return text.decode(piece, { stream: piece !== undefined });
  } catch {
    const got = "bytes that are not";
    throw new EvanesceError(name, `${encoding.toUpperCase()} text, as it begins`, got, "save the file as UTF-8");
  }
}

const mixed = (name: string) =>
  new EvanesceError(name, "text in one encoding", "UTF-8 and bytes that are not", "save the file as UTF-8");

/** How many bytes at the end of `bytes` begin a character of UTF-8 that does not end there. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue; // within a character
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** @param first whether it decodes the text's beginning, where a byte order mark is not a character */
function decoder(encoding: Encoding, first: boolean): TextDecoder {
  return new TextDecoder(encoding, { fatal: encoding !== "windows-1252", ignoreBOM: !first });
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
