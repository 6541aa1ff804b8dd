/** Reports in words and as JSON: pure functions of results. What draws stands in pages.ts. */
export {
  claimsSummary,
  claimsToLines,
  claimsToText,
  claimToDetails,
  claimToEntry,
  claimToLine,
  claimToText,
  keyNumber,
  measuredText,
  topicText,
} from "./claims.ts";
export { type ComparedFlow, type Comparison, compareFlows, differences } from "./compare.ts";
export { comparisonToLines, comparisonToText } from "./comparison.ts";
export type { FlowExtras } from "./extras.ts";
export { type FlowJson, flowFields, flowToJson, type LedgerJson } from "./json.ts";
export { jsonLine, jsonText } from "./plain.ts";
export { type PrescriptionTextOptions, prescriptionToLine, prescriptionToText } from "./prescription.ts";
export { predictionFields, predictionToLine, predictionToText } from "./prediction.ts";
export { flowToLine, flowToText, type TerminalOptions } from "./terminal.ts";
export { type PredictionResult, type ReadResult, type Results, readResult } from "./read/index.ts";
export type { FlowResult } from "./result.ts";
export { type Shown, shown } from "./shown.ts";
export { traceToLine, traceToText } from "./training.ts";
