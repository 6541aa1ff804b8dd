import { judgeCase } from "./case.ts";
import { FAULTS } from "./faults.ts";

/** Judges the seeds of one row for every message, and sends its cases back. */
process.on("message", ({ row, from, count }: { row: number; from: number; count: number }) => {
  const cases = Array.from({ length: count }, (_, i) => judgeCase(FAULTS[row], row, from + i));
  process.send?.(cases);
});
