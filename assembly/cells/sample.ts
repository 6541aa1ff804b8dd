import { gatherColumn, scatterColumn } from "../kernels/vector";
import { activate } from "../layers/activations";
import { padded, panelBytes } from "../records/pass";

/** Rows of one block of the loop. */
const ROWS: i32 = 256;
const VALUES = memory.data(1024, 16); // [ROWS]
const SLOPES = memory.data(1024, 16);

/**
 * `activate` for panels [rows][8] that hold one sample. It packs the rows of that one lane into whole vectors;
 * otherwise seven of eight lanes would be computed for nothing.
 */
export function activateSample(kind: i32, a: usize, h: usize, slope: usize, rows: i32): void {
  for (; rows > 0; rows -= ROWS) {
    const part = min(rows, ROWS);
    gatherColumn(VALUES, a, part);
    activate(kind, VALUES, VALUES, SLOPES, padded(part));
    scatterColumn(h, VALUES, part);
    scatterColumn(slope, SLOPES, part);
    a += panelBytes(ROWS); h += panelBytes(ROWS); slope += panelBytes(ROWS);
  }
}
