import type { AsyncBuffer, Compressors, FileMetaData } from "hyparquet";
import { EvanesceError } from "../../base/errors.ts";
import { gunzip } from "../gzip.ts";
import type { Cell, Row, RowSource } from "./source.ts";

/** A file of which parts can be read: only the parts that a table needs are. */
export interface ReadableFile {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** Values of a column that are kept at once. */
const BLOCK = 65_536;

/**
 * A table in a Parquet file, read by hyparquet, which is loaded only here: one group of rows after the other. Numbers
 * take eight bytes each in memory. Columns of lists or objects are left out, with a note.
 *
 * @param file the bytes, or a file of which parts can be read
 * @param name the file's name, for messages
 * @returns rows to pass to a task as `table`
 * @throws EvanesceError for a file that is damaged, or compressed in a way this host cannot undo
 */
export async function readParquet(file: Uint8Array | ReadableFile, name: string): Promise<RowSource> {
  const { parquetMetadataAsync, parquetRead } = await import("hyparquet");
  const buffer = asBuffer(file);
  const damaged = (error: unknown) => {
    if (error instanceof EvanesceError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new EvanesceError(name, `a Parquet file (${reason})`, `${buffer.byteLength} bytes`, remedyOf(reason));
  };
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(buffer);
  } catch (error) {
    throw damaged(error);
  }
  const names = topLevelColumns(metadata);
  const columns = new Map(names.map((column) => [column, new CellColumn()]));
  const total = Number(metadata.num_rows);
  let from = 0;
  for (const group of metadata.row_groups) {
    const to = from + Number(group.num_rows);
    const begin = from;
    try {
      await parquetRead({
        file: buffer,
        metadata,
        rowStart: begin,
        rowEnd: to,
        compressors: decompressors(name),
        onChunk: ({ columnName, columnData, rowStart }) => {
          const column = columns.get(columnName);
          for (let i = 0; i < columnData.length; i++) {
            const row = rowStart + i;
            if (row >= begin && row < to) column?.set(row, columnData[i]);
          }
        },
      });
    } catch (error) {
      throw damaged(error);
    }
    from = to;
  }
  if (total === 0 || names.length === 0) throw new EvanesceError(name, "at least one row", "none", "fill the file");
  return sourceOf(name, columns, total);
}

function asBuffer(file: Uint8Array | ReadableFile): AsyncBuffer {
  if (!(file instanceof Uint8Array)) return file;
  return {
    byteLength: file.byteLength,
    slice: (start, end) => file.slice(start, end).buffer as ArrayBuffer,
  };
}

const remedyOf = (reason: string) =>
  /compression|codec/i.test(reason)
    ? 'write the file again with compression="snappy", "gzip" or none'
    : "the file is damaged: copy or write it again";

/** The names of the schema's first level; deeper levels are lists or objects. */
function topLevelColumns({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  for (let i = 1; i < schema.length; ) {
    names.push(schema[i].name);
    let left = 1;
    while (left > 0 && i < schema.length) left += (schema[i++].num_children ?? 0) - 1;
  }
  return names;
}

interface Zlib {
  readonly brotliDecompressSync?: Decompress;
  readonly zstdDecompressSync?: Decompress;
}

type Decompress = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Most bytes of a decompressed page; usual writers make pages of a megabyte. */
const MOST_PAGE = 2 ** 28;

/** Yields no more bytes than the page says it has. */
const bounded = (decompress: Decompress) => (bytes: Uint8Array, length: number) =>
  decompress(bytes, { maxOutputLength: Math.max(1, Math.min(length, MOST_PAGE)) });

/** Hyparquet itself decompresses Snappy; Brotli and Zstandard need a host that can. */
function decompressors(name: string): Compressors {
  const host = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  const zlib = host.process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;
  const { brotliDecompressSync: brotli, zstdDecompressSync: zstd } = zlib ?? {};
  return {
    GZIP: (bytes, length) => gunzip(bytes, name, () => length),
    ...(brotli === undefined ? {} : { BROTLI: bounded(brotli) }),
    ...(zstd === undefined ? {} : { ZSTD: bounded(zstd) }),
  };
}

/** Cells of one column; packed numbers, as long as all cells are numbers. */
class CellColumn {
  /** Whether some cell is a list or an object. */
  nested = false;
  readonly #blocks: (Float64Array | Cell[])[] = [];
  readonly #words = new Map<string, string>();

  set(row: number, value: unknown): void {
    const at = Math.floor(row / BLOCK);
    while (this.#blocks.length <= at) this.#blocks.push(new Float64Array(BLOCK).fill(Number.NaN));
    const cell = this.#cellOf(value);
    if (cell === null) return; // NaN is a missing cell already
    let block = this.#blocks[at];
    if (typeof cell !== "number" && block instanceof Float64Array) {
      block = Array.from(block, (number) => (Number.isNaN(number) ? null : number));
      this.#blocks[at] = block;
    }
    block[row % BLOCK] = cell as number;
  }

  get(row: number): Cell {
    return this.#blocks[Math.floor(row / BLOCK)]?.[row % BLOCK] ?? null;
  }

  #cellOf(value: unknown): Cell {
    if (value === null || value === undefined) return null;
    if (typeof value === "number" || typeof value === "boolean" || value instanceof Date) return value;
    if (typeof value === "bigint") return Number(value);
    if (typeof value === "string") {
      const text = value.trim();
      const known = this.#words.get(text);
      if (known !== undefined) return known;
      if (this.#words.size < BLOCK) this.#words.set(text, text); // one string for each different word, not for each cell
      return text;
    }
    this.nested = true;
    return null;
  }
}

function sourceOf(name: string, all: ReadonlyMap<string, CellColumn>, rows: number): RowSource {
  const kept = [...all].filter(([, column]) => !column.nested);
  const left = [...all].filter(([, column]) => column.nested).map(([column]) => `\`${column}\``);
  if (kept.length === 0) {
    const remedy = "write one column for each number";
    throw new EvanesceError(name, "a column of numbers, words or dates", "lists and objects alone", remedy);
  }
  const notes =
    left.length === 0 ? [] : [`${left.join(", ")} ${left.length === 1 ? "holds" : "hold"} lists or objects: left out.`];
  return {
    name,
    columns: kept.map(([column]) => column),
    named: true,
    unit: "row",
    notes,
    *rows(): Generator<Row> {
      for (let row = 0; row < rows; row++) yield { line: row + 1, cells: kept.map(([, column]) => column.get(row)) };
    },
  };
}
