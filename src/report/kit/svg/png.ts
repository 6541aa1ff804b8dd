/*
 * A PNG writer for pictures with few colors, in plain JavaScript so that it works in a page too. Pixels are indices of
 * colors. The rows are stored without compression (RFC 1951, 3.2.4), which needs no library.
 */
import { concatenated } from "../../../base/concatenated.ts";
import type { Rgb } from "./palette.ts";

/** One byte can index this many colors. */
const MOST_COLORS = 256;
/** Length of a stored block is 16 bits. */
const MOST_STORED = 0xffff;

/**
 * @param pixels `[height, width]`, indices of colors, the top row first
 * @param colors at most 256
 */
export function encodePng(width: number, height: number, pixels: Uint8Array, colors: readonly Rgb[]): Uint8Array {
  const rows = new Uint8Array(height * (width + 1)); // a filter byte, 0 for none, before every row
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = bytes(13, (view) => {
    view.setUint32(0, width);
    view.setUint32(4, height);
    view.setUint8(8, 8); // bits of an index
    view.setUint8(9, 3); // indexed
  });
  const palette = Uint8Array.from(colors.slice(0, MOST_COLORS).flat());
  return concatenated([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", stored(rows)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** A `data:` address that holds the picture. */
export function pngAddress(png: Uint8Array): string {
  let text = "";
  for (const byte of png) text += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(text)}`;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const name = Uint8Array.from(type, (letter) => letter.charCodeAt(0));
  const body = concatenated([name, data]);
  return concatenated([
    bytes(4, (view) => view.setUint32(0, data.length)),
    body,
    bytes(4, (view) => view.setUint32(0, crc32(body))),
  ]);
}

/** A zlib stream (RFC 1950) of stored blocks. */
function stored(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let start = 0; start < data.length || start === 0; start += MOST_STORED) {
    const block = data.subarray(start, start + MOST_STORED);
    const last = start + MOST_STORED >= data.length ? 1 : 0;
    parts.push(
      bytes(5, (view) => {
        view.setUint8(0, last);
        view.setUint16(1, block.length, true);
        view.setUint16(3, block.length ^ 0xffff, true);
      }),
      block,
    );
  }
  parts.push(bytes(4, (view) => view.setUint32(0, adler32(data))));
  return concatenated(parts);
}

/** CRC-32 of PNG's annex D: the reflected polynomial 0xedb88320. */
export function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Adler-32 (RFC 1950): two sums modulo the largest prime below 2¹⁶. */
export function adler32(data: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

function bytes(length: number, write: (view: DataView) => void): Uint8Array {
  const result = new Uint8Array(length);
  write(new DataView(result.buffer));
  return result;
}
