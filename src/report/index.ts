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
} from "./claims/text.ts";
export { type ComparedFlow, type Comparison, compareFlows, differences } from "./comparison/compare.ts";
export { comparisonToLines, comparisonToText } from "./comparison/text.ts";
export type { FlowExtras } from "./flow/extras.ts";
export { type FlowJson, flowFields, flowToJson, type LedgerJson } from "./flow/json.ts";
export { jsonLine, jsonText } from "./kit/json.ts";
export { type PrescriptionTextOptions, prescriptionToLine, prescriptionToText } from "./prescription/text.ts";
export { predictionFields, predictionToLine, predictionToText } from "./prediction/text.ts";
export { flowToLine, flowToText, type TerminalOptions } from "./flow/text/index.ts";
export { type PredictionResult, type ReadResult, type Results, readResult } from "./registry.ts";
export type { FlowResult } from "./flow/result.ts";
export { type Shown, shown } from "./shown.ts";
export { traceToLine, traceToText } from "./trace/text.ts";
