/** Reports in words and as JSON: pure functions of results. Pages and figures are in pages.ts. */
export {
  claimsSummary,
  claimsToLines,
  claimsToText,
  claimToDetails,
  claimToEntry,
  claimToLine,
  claimToText,
  topicText,
} from "./claims/text.ts";
export { keyNumber, measuredText } from "./claims/numbers.ts";
export { type ComparedFlow, type Comparison, compareFlows, differences } from "./comparison/compare.ts";
export { comparisonToLines, comparisonToText } from "./comparison/text.ts";
export type { FlowExtras } from "./flow/extras.ts";
export { type FlowJson, flowFields, flowToJson, type LedgerJson } from "./flow/json.ts";
export type { FlowResult } from "./flow/result.ts";
export { flowToLine, flowToText, type TerminalOptions } from "./flow/text/index.ts";
export { jsonLine, jsonText } from "./kit/json.ts";
export { mapToDrawing } from "./map/text.ts";
export { predictionFields } from "./prediction/findings.ts";
export type { PredictionResult } from "./prediction/read.ts";
export { predictionToLine, predictionToText } from "./prediction/text.ts";
export { type PrescriptionTextOptions, prescriptionToLine, prescriptionToText } from "./prescription/text.ts";
export {
  type ReadResult,
  type Results,
  readResult,
  resultFields,
  resultLine,
  resultText,
  type TextOptions,
} from "./registry.ts";
export { traceToLine, traceToText } from "./trace/text.ts";
