/** Parquet files, written by hyparquet's writer, give the table that was written; damaged ones are refused. */
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { EvanesceError } from "../../../src/base/errors.ts";
import { isParquet, openTable, readParquet } from "../../../src/formats/index.ts";
import { prepareTask } from "../../../src/tasks/index.ts";

const N = 500;
const each = <Value>(f: (i: number) => Value) => Array.from({ length: N }, (_, i) => f(i));
const written = (options: object = {}) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "x", data: each((i) => i / 4), type: "DOUBLE" },
        { name: "n", data: each((i) => i * 3), type: "INT32" },
        { name: "big", data: each((i) => BigInt(i) * 1000n), type: "INT64" },
        { name: "gap", data: each((i) => (i % 100 === 7 ? null : i)), type: "INT32" },
        { name: "day", data: each((i) => new Date(Date.UTC(2020, 0, 1 + i))), type: "TIMESTAMP" },
        { name: "word", data: each((i) => ["cat", "dog", "owl"][i % 3]), type: "STRING" },
        { name: "ok", data: each((i) => i % 2 === 0), type: "BOOLEAN" },
      ],
      ...options,
    }),
  );

describe("a Parquet file", () => {
  test.each([{}, { rowGroupSize: 64 }, { codec: "UNCOMPRESSED" }])("written with %j is read whole", async (options) => {
    const bytes = written(options);
    expect(isParquet(bytes)).toBe(true);
    const source = await readParquet(bytes, "t.parquet");
    expect(source.columns).toEqual(["x", "n", "big", "gap", "day", "word", "ok"]);
    const rows = [...source.rows()];
    expect(rows).toHaveLength(N);
    const day = new Date(Date.UTC(2020, 0, 8));
    expect(rows[7]).toEqual({ line: 8, cells: [7 / 4, 21, 7000, Number.NaN, day, "dog", false] });
    expect(rows[499].cells.slice(0, 4)).toEqual([499 / 4, 1497, 499000, 499]);
  });

  test("is a task's table", async () => {
    const table = await readParquet(written(), "t.parquet");
    const { data } = prepareTask({ name: "csv", table, standardize: false, target: "word" }, "feedforward");
    const batch = data!.batch([0, 1]);
    expect([data!.size, batch.inputSize, batch.outputSize]).toEqual([495, 6, 3]);
    expect([...batch.inputs.subarray(6)]).toEqual([0.25, 3, 1000, 1, 1, 0]);
    expect(batch.notes).toContainEqual(expect.stringMatching(/5 of 500 rows have a missing cell/));
  });

  test("is read in parts where the file allows it", async () => {
    const bytes = written();
    const file = {
      byteLength: bytes.length,
      slice: async (from: number, to?: number) => bytes.slice(from, to).buffer,
    };
    expect([...(await readParquet(file, "t.parquet")).rows()]).toHaveLength(N);
  });

  test("given as bytes to a task says what to do", () => {
    expect(() => openTable(written(), "t.parquet")).toThrow(/a Parquet file"; await readParquet/);
  });

  test.each([
    ["cut short", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 40)],
    ["with a byte of its schema changed", (bytes: Uint8Array) => bytes.with(bytes.length - 60, 255)],
    ["of a few bytes", () => new TextEncoder().encode("PAR1")],
  ])("%s is refused or read, never a crash", async (_, damage) => {
    try {
      await readParquet(damage(written()), "t.parquet");
    } catch (error) {
      expect(error).toBeInstanceOf(EvanesceError);
      expect((error as Error).message).toMatch(/^t.parquet: /);
    }
  });

  test("without rows is refused", async () => {
    const empty = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "x", data: [], type: "DOUBLE" }] }));
    await expect(readParquet(empty, "t.parquet")).rejects.toThrow(/^t.parquet: at least one row, got "none"/);
  });
});
