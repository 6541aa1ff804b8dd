/** Reports: pure functions of results. */
export type { FlowExtras } from "./extras.ts";
export { type FlowJson, flowFields, flowToJson, type LedgerJson } from "./json.ts";
export { jsonText } from "./plain.ts";
export { predictionFields, predictionToLine, predictionToText } from "./prediction.ts";
export { flowToLine, flowToText, type TerminalOptions } from "./terminal.ts";
