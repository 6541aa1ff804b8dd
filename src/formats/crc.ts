/** Reflected polynomials: CRC-32 (ISO 3309, of gzip and zip), and CRC-32C (Castagnoli, Bräuer and Herrmann 1993). */
const POLYNOMIALS = { crc32: 0xedb88320, crc32c: 0x82f63b78 } as const;

const tables = new Map<number, Uint32Array>();

/**
 * A cyclic redundancy check of bytes that come in pieces, a byte at a time from a table of 256. Check values: of the
 * nine characters "123456789", 0xcbf43926 (`crc32`) and 0xe3069283 (`crc32c`).
 */
export class Crc {
  readonly #table: Uint32Array;
  #state = 0xffffffff;

  constructor(kind: keyof typeof POLYNOMIALS) {
    this.#table = tableOf(POLYNOMIALS[kind]);
  }

  add(bytes: Uint8Array): this {
    const table = this.#table;
    let crc = this.#state;
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]) & 0xff];
    this.#state = crc;
    return this;
  }

  /** The check of all bytes so far. */
  get value(): number {
    return (this.#state ^ 0xffffffff) >>> 0;
  }
}

function tableOf(polynomial: number): Uint32Array {
  let table = tables.get(polynomial);
  if (table === undefined) {
    table = Uint32Array.from({ length: 256 }, (_, byte) => {
      let remainder = byte;
      for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
      return remainder;
    });
    tables.set(polynomial, table);
  }
  return table;
}
