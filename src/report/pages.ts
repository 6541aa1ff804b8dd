/**
 * Results as pages and figures, for a program that shows them itself: `reportToHtml(flowReport({ flow, diagnosis:
 * diagnose(flow) }))` is one self-contained page, `figureToSvg` one picture. Pure functions of plain data; imported as
 * `evanesce/report`.
 */
export { type ComparedFlow, type Comparison, compareFlows } from "./compare.ts";
export type { FlowExtras } from "./extras.ts";
export {
  type Axis,
  type Figure,
  figureToCsv,
  figureToJson,
  figureToSvg,
  flowFigures,
  type Mark,
  type SvgOptions,
} from "./figures/index.ts";
export type { BandMark, HeatMark, IntervalMark, LineMark, RuleMark, StackMark } from "./figures/figure.ts";
export type { Size } from "./figures/svg/frame.ts";
export type { Finding } from "./findings.ts";
export { claimsPage } from "./html/claims.ts";
export { comparisonReport } from "./html/comparison.ts";
export { flowReport } from "./html/flow.ts";
export { pageOf } from "./html/index.ts";
export { reportToHtml } from "./html/page.ts";
export { predictionReport } from "./html/prediction.ts";
export { prescriptionReport } from "./html/prescription.ts";
export type { Fact, Report, Section, Share, Table } from "./html/report.ts";
export { traceReport } from "./html/trace.ts";
export { type PredictionResult, type ReadResult, type Results, readResult } from "./read/index.ts";
export type { FlowResult } from "./result.ts";
export type { Tone } from "./colors.ts";
