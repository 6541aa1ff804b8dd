import { finish } from "../../base/time-slicing.ts";
import { openTable, type TableBytes } from "../../formats/index.ts";
import { readTable, type TableData } from "./read.ts";

/**
 * A table file whose last column is a class, its numbers as they stand.
 *
 * @throws EvanesceError naming line and column of what cannot be read
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
