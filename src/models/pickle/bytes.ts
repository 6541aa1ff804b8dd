import { EvanesceError } from "../../base/errors.ts";

const utf8 = new TextDecoder();

/** Reads the bytes of a pickle from the first to the last: numbers, texts and lines. */
export class PickleBytes {
  /** The next byte to be read. */
  at = 0;
  private readonly view: DataView;

  /** @param where the pickle's name in messages */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly where: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  uint16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), false);
  }

  /** A whole number in decimal digits, as protocol 0 writes it; 00 and 01 are False and True. */
  integer(text: string): number | bigint | boolean {
    if (text === "00" || text === "01") return text === "01";
    if (!/^[+-]?\d{1,400}$/.test(text.trim())) throw this.bad("a whole number", text);
    return narrowed(BigInt(text.trim().replace(/^\+/, "")));
  }

  /**
   * A little-endian integer in two's complement. Hashes and seeds of a model may be long, but they do not have 256
   * bytes.
   */
  long(length: number): number | bigint | boolean {
    if (length > 256) throw this.bad("an integer of at most 256 bytes", length);
    const start = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]);
    if (length > 0 && this.bytes[start + length - 1] >= 0x80) value -= 1n << BigInt(8 * length);
    return narrowed(value);
  }

  byte(): number {
    return this.bytes[this.take(1)];
  }

  /** Skips `count` bytes and returns the place of the first. */
  take(count: number): number {
    const start = this.at;
    if (!(count >= 0) || start + count > this.bytes.length) throw this.bad("a pickle that ends with STOP", "its end");
    this.at = start + count;
    return start;
  }

  size8(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  raw(count: number): Uint8Array {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }

  text(count: number): string {
    return utf8.decode(this.raw(count));
  }

  /** The text up to the next line feed. The line feed is skipped. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.bad("a line that ends", "the end of the pickle");
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  /** The error for a rule that the last read byte breaks. */
  bad(rule: string, got: unknown): EvanesceError {
    return new EvanesceError(`${this.where}: byte ${this.at}`, rule, got, "the file is damaged: save it again");
  }
}

const narrowed = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
