/** Records of training runs in other programs: their formats, and a summary of a run in bounded memory. */
export { withArrays } from "./arrays.ts";
export { RECORD_FORMATS, type RecordFormat, readRecord } from "./formats/index.ts";
export { MISSING } from "./last-numbers.ts";
export type { RunLayer } from "./layers.ts";
export type { RunOrigin } from "./origin.ts";
export { CURVES, Run, type RunOptions, WINDOW } from "./run.ts";
export { Thinned } from "./thinned.ts";
export type {
  Pieces,
  RecordColumn,
  RecordEvent,
  RecordHeader,
  RecordOrder,
  RecordStations,
  RecordTensor,
  RecordUpdate,
} from "./types.ts";
