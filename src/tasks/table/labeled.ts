import { finish } from "../../base/time-slicing.ts";
import { openTable, type TableBytes } from "../../formats/index.ts";
import { readTable, type TableData } from "./read.ts";

/**
 * Reads a table file whose last column is a class; the numbers are not scaled.
 *
 * @throws EvanesceError that names line and column of a cell that cannot be read
 */
export const readLabeledTable = (bytes: TableBytes, name: string): TableData =>
  finish(
    readTable(openTable(bytes, name), {
      target: ["last"],
      targetKind: "classes",
      dates: "elapsed",
      standardize: false,
    }),
  );
