/** Records of training runs elsewhere: their formats, and a run as one tells it in bounded memory. */
export { withArrays } from "./arrays.ts";
export { RECORD_FORMATS, type RecordFormat, readRecord } from "./formats/index.ts";
export { CURVES, MISSING, Run, type RunLayer, type RunOptions, type RunOrigin, WINDOW } from "./run.ts";
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
