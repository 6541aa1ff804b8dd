import { EvanesceError } from "../../base/errors.ts";

/**
 * The remaining work that a file's reader may do. It stops files that refer in circles, or claim more data than they
 * hold.
 */
export interface Budget {
  /** Headers, nodes, messages, links. */
  visits: number;
  /** Bytes of data, decompressed. */
  bytes: number;
}

/** Reads little-endian numbers of an HDF5 file, one after the other, and checks every read against the file's end. */
export class Cursor {
  constructor(
    readonly file: HdfFile,
    public at: number,
  ) {}

  u8(): number {
    return this.file.bytes[this.skip(1)];
  }

  u16(): number {
    return this.file.view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.file.view.getUint32(this.skip(4), true);
  }

  /** A length or an address: 64 bits, all ones for "undefined". */
  u64(): number {
    return Number(this.file.view.getBigUint64(this.skip(8), true));
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  sized(bytes: number): number {
    if (bytes === 8) return this.u64();
    return bytes === 4 ? this.u32() : bytes === 2 ? this.u16() : this.u8();
  }

  text(length: number): string {
    const start = this.skip(length);
    const raw = this.file.bytes.subarray(start, start + length);
    const end = raw.indexOf(0);
    return new TextDecoder().decode(end < 0 ? raw : raw.subarray(0, end));
  }

  bytes(length: number): Uint8Array {
    const start = this.skip(length);
    return this.file.bytes.subarray(start, start + length);
  }

  /** Skips `count` bytes and returns the place of the first. */
  skip(count: number): number {
    const start = this.at;
    if (!(count >= 0) || start + count > this.file.bytes.length)
      throw this.file.bad("data within the file", start + count);
    this.at = start + count;
    return start;
  }

  /** @throws EvanesceError unless the next bytes are this signature */
  signature(text: string): this {
    const got = this.text(text.length);
    if (got !== text) throw this.file.bad(`the signature ${text} at byte ${this.at - text.length}`, got);
    return this;
  }
}

/** The bytes of an HDF5 file, addresses counted from its superblock. */
export class HdfFile {
  readonly view: DataView;
  readonly budget: Budget;

  constructor(
    readonly bytes: Uint8Array,
    readonly name: string,
    /** Decompresses a zlib stream of at most `most` bytes. */
    readonly inflate: (data: Uint8Array, most: number, where: string) => Uint8Array,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.budget = { visits: 200_000, bytes: 2 ** 26 + 16 * bytes.length };
  }

  /** A cursor at an address. */
  from(address: number): Cursor {
    if (--this.budget.visits < 0)
      throw this.bad("a file whose parts are each read once", "a file that leads in circles");
    if (!Number.isSafeInteger(address) || address >= this.bytes.length)
      throw this.bad("an address within the file", address);
    return new Cursor(this, address);
  }

  bad(rule: string, got: unknown): EvanesceError {
    return new EvanesceError(this.name, `${rule} (HDF5)`, got, "the file is damaged: copy it again");
  }

  unsupported(what: string): EvanesceError {
    const remedy = "save it again with h5py's defaults, or the model as .keras";
    return new EvanesceError(this.name, "HDF5 as Keras and h5py write it", what, remedy);
  }
}

/** An undefined address. */
export const isUndefined = (address: number): boolean => address >= 2 ** 63;
