/** Reports: pure functions of results. */
export {
  claimsSummary,
  claimToDetails,
  claimToLine,
  claimToText,
  keyNumber,
  measuredText,
  topicText,
} from "./claims.ts";
export { type ComparedFlow, type Comparison, compareFlows, differences } from "./compare.ts";
export { comparisonReport, comparisonToLines, comparisonToText } from "./comparison.ts";
export type { FlowExtras } from "./extras.ts";
export { type Figure, figureToCsv, figureToJson, figureToSvg, flowFigures } from "./figures/index.ts";
export { claimsPage } from "./html/claims.ts";
export { flowReport } from "./html/flow.ts";
export { prescriptionReport } from "./html/prescription.ts";
export { traceReport } from "./html/trace.ts";
export { reportToHtml } from "./html/page.ts";
export type { Report } from "./html/report.ts";
export { type FlowJson, flowFields, flowToJson, type LedgerJson } from "./json.ts";
export { jsonLine, jsonText } from "./plain.ts";
export { type PrescriptionTextOptions, prescriptionToLine, prescriptionToText } from "./prescription.ts";
export { predictionFields, predictionToLine, predictionToText } from "./prediction.ts";
export { flowToLine, flowToText, type TerminalOptions } from "./terminal.ts";
export { type ReadResult, readResult } from "./read/index.ts";
export type { FlowResult } from "./result.ts";
export { traceToLine, traceToText } from "./training.ts";
