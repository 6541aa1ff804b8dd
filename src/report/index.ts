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
export type { FlowExtras } from "./extras.ts";
export { type FlowJson, flowFields, flowToJson, type LedgerJson } from "./json.ts";
export { jsonText } from "./plain.ts";
export { type PrescriptionTextOptions, prescriptionToLine, prescriptionToText } from "./prescription.ts";
export { predictionFields, predictionToLine, predictionToText } from "./prediction.ts";
export { flowToLine, flowToText, type TerminalOptions } from "./terminal.ts";
