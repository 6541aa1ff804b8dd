import { program } from "../../src/parallel/node/program.ts";
import { judgeCase } from "./case.ts";
import { FAULTS } from "./faults.ts";

/** A row of the benchmark, and some of its seeds. */
export interface RowCell {
  readonly row: number;
  readonly from: number;
  readonly count: number;
}

/** Judges the seeds of one row. */
export default program(({ row, from, count }: RowCell) =>
  Array.from({ length: count }, (_, i) => judgeCase(FAULTS[row], row, from + i)),
);
