/** The fields of `Frame` in assembly/probes/jacobian/frame.ts, in order: four bytes each. A test compares both. */
export const FRAME = [
  "lead",
  "width",
  "rows",
  "columns",
  "a",
  "q",
  "v",
  "t",
  "w",
  "r",
  "panels",
  "product",
  "exponents",
  "diagonal",
] as const;

/** Columns of one block of reflectors: BLOCK of the same file. */
export const REFLECTORS = 32;
