import { EvanesceError } from "../base/errors.ts";
import { type Dtype, elementCount, type NdArray } from "./array.ts";
import { decodeElements, ELEMENT_BYTES, encodeElements, requireHeaderWithin } from "./elements.ts";
import { parseJson } from "./json.ts";
import { decodeText } from "./text.ts";

const DTYPES: Readonly<Record<string, Dtype>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool",
};

export interface SafetensorsFile {
  /** In the order of their data in the file. */
  readonly tensors: ReadonlyMap<string, NdArray>;
  /** The file's `__metadata__`, empty without one. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** "PK\3\4", as a zip archive begins: read as a header's length it would be 64 MiB and more. */
const ZIP = 0x04034b50;

/** A tensor takes about a hundred bytes of header, so no real header comes near this size. */
const MOST_HEADER_BYTES = 32 * 2 ** 20;
/** The header is an object with an object for each tensor, and this has lists for its shape and its offsets. */
const HEADER_LIMITS = { depth: 4, count: 1_000_000 };

const REMEDY = "write the file again, e.g. with safetensors.torch.save_file";

/**
 * Named tensors in the safetensors format (huggingface/safetensors, format 0.x): eight bytes of header length, a JSON
 * header, then the data, which the tensors cover without a gap or an overlap.
 *
 * @param name the file's name, for messages
 * @returns copies, never views of `bytes`
 * @throws EvanesceError naming file and tensor, for any file the reference implementation refuses, and for dtypes whose
 * values JavaScript cannot hold exactly
 */
export function readSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  if (bytes.length < 8) {
    throw new EvanesceError(name, "a safetensors file of at least 8 bytes", `${bytes.length} bytes`, REMEDY);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) === ZIP) {
    const remedy = "torch.save and numpy.savez write zip archives: use safetensors.torch.save_file";
    throw new EvanesceError(name, "a safetensors file", "a zip archive", remedy);
  }
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MOST_HEADER_BYTES) {
    throw new EvanesceError(
      name,
      `a header of at most ${MOST_HEADER_BYTES} bytes`,
      headerLength,
      "check that this is a safetensors file",
    );
  }
  const dataStart = 8 + headerLength;
  requireHeaderWithin(name, bytes, dataStart);
  const header = parseJson(name, decodeText(name, bytes.subarray(8, dataStart)), REMEDY, HEADER_LIMITS);
  if (!isRecord(header)) throw new EvanesceError(name, "a header that is an object of tensors", header, REMEDY);

  const metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [tensor, info] of Object.entries(header)) {
    if (tensor === "__metadata__") Object.assign(metadata, parseMetadata(name, info));
    else entries.push(parseEntry(`${name}: ${tensor}`, tensor, info));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  requireCover(name, entries, bytes.length - dataStart);

  const tensors = new Map<string, NdArray>();
  for (const { tensor, where, dtype, shape, count, begin } of entries) {
    tensors.set(tensor, { shape, dtype, data: decodeElements(where, dtype, bytes, dataStart + begin, count) });
  }
  return { tensors, metadata };
}

interface Entry {
  readonly tensor: string;
  readonly where: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly count: number;
  readonly begin: number;
  readonly end: number;
}

function parseEntry(where: string, tensor: string, info: unknown): Entry {
  if (!isRecord(info)) throw new EvanesceError(where, "an object of dtype, shape and data_offsets", info, REMEDY);
  const dtype = typeof info.dtype === "string" && Object.hasOwn(DTYPES, info.dtype) ? DTYPES[info.dtype] : undefined;
  if (dtype === undefined) {
    const known = Object.keys(DTYPES).join(", ");
    throw new EvanesceError(where, `a dtype of ${known}`, info.dtype, "convert the tensor, e.g. with .float()");
  }
  if (!Array.isArray(info.shape)) throw new EvanesceError(where, "a shape that is an array", info.shape, REMEDY);
  const count = elementCount(where, info.shape);
  const offsets = info.data_offsets;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((at) => Number.isSafeInteger(at) && at >= 0)) {
    throw new EvanesceError(where, "data_offsets of two whole numbers ≥ 0, begin and end", offsets, REMEDY);
  }
  const [begin, end] = offsets as [number, number];
  const expected = count * ELEMENT_BYTES[dtype];
  if (end - begin !== expected) {
    throw new EvanesceError(
      where,
      `data_offsets that span ${expected} bytes, for shape [${info.shape.join(", ")}] of ${info.dtype}`,
      `[${begin}, ${end}], ${end - begin} bytes`,
      REMEDY,
    );
  }
  return { tensor, where, dtype, shape: info.shape as number[], count, begin, end };
}

/** `entries`, sorted by offset, must cover the data from first byte to last, each byte once. */
function requireCover(name: string, entries: readonly Entry[], dataLength: number): void {
  let covered = 0;
  let previous = "the header";
  for (const { where, tensor, begin, end } of entries) {
    const offsets = `[${begin}, ${end}]`;
    if (end > dataLength) {
      const remedy = "the file is truncated: copy it again";
      throw new EvanesceError(where, `data_offsets within the file's ${dataLength} bytes of data`, offsets, remedy);
    }
    if (begin !== covered) {
      const fault = begin < covered ? "overlap" : "a hole";
      const rule = `data_offsets that begin at ${covered}, where ${previous} ends (${fault})`;
      throw new EvanesceError(where, rule, offsets, REMEDY);
    }
    covered = end;
    previous = tensor;
  }
  if (covered !== dataLength) {
    throw new EvanesceError(name, `${covered} bytes of data, which the tensors cover`, `${dataLength} bytes`, REMEDY);
  }
}

function parseMetadata(name: string, info: unknown): Record<string, string> {
  if (!isRecord(info) || Object.values(info).some((value) => typeof value !== "string")) {
    throw new EvanesceError(`${name}: __metadata__`, "an object of strings", info, REMEDY);
  }
  return info as Record<string, string>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A safetensors file of F32 and F64 tensors. As in the reference implementation, tensors are sorted by width of
 * element, the widest first, and then by name, and the header is padded to eight bytes; so every tensor is aligned.
 *
 * @throws EvanesceError where data do not fill their shape, or for a name given twice or reserved
 */
export function writeSafetensors(
  tensors: Iterable<
    readonly [string, { readonly shape: readonly number[]; readonly data: Float32Array | Float64Array }]
  >,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort(
    ([a, { data: x }], [b, { data: y }]) => y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT || (a < b ? -1 : a > b ? 1 : 0),
  );
  // Without a prototype: a tensor may be called __proto__.
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, { shape, data }] of sorted) {
    const count = elementCount(name, shape);
    if (count !== data.length) {
      throw new EvanesceError(name, `${count} elements for shape [${shape.join(", ")}]`, data.length, "match them");
    }
    if (name === "__metadata__" || name in header) {
      throw new EvanesceError(name, "a name used once and not reserved", name, "rename the tensor");
    }
    const dtype = data instanceof Float32Array ? "F32" : "F64";
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  if (padded !== json.length) {
    const wider = new Uint8Array(padded).fill(0x20);
    wider.set(json);
    json = wider;
  }
  const bytes = new Uint8Array(8 + padded + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const [, { data }] of sorted) {
    encodeElements(data, bytes, at);
    at += data.byteLength;
  }
  return bytes;
}
