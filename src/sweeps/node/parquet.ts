import { parquetWriteBuffer } from "hyparquet-writer";
import { columnsOf, type Row } from "../rows.ts";

/** Rows as a Parquet file, one column each: numbers as DOUBLE, words as STRING, missing values as null. */
export function rowsToParquet(rows: readonly Row[]): Uint8Array {
  const columnData = columnsOf(rows).map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const present = values.filter((value) => value !== null);
    const numbers = present.every((value) => typeof value === "number");
    const booleans = present.length > 0 && present.every((value) => typeof value === "boolean");
    if (booleans) return { name, type: "BOOLEAN" as const, data: values, nullable: true };
    // a column without any value is stored as numbers
    if (numbers) return { name, type: "DOUBLE" as const, data: values, nullable: true };
    return {
      name,
      type: "STRING" as const,
      data: values.map((value) => (value === null ? null : String(value))),
      nullable: true,
    };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
