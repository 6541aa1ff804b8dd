/**
 * Results as pages and figures, for a program that shows them itself: `reportToHtml(flowReport({ flow, diagnosis:
 * diagnose(flow) }))` is one self-contained page, `figureToSvg` one picture. Pure functions of plain data; imported as
 * `evanesce/report`.
 */
export { type ComparedFlow, type Comparison, compareFlows } from "./comparison/compare.ts";
export type { FlowExtras } from "./flow/extras.ts";
export {
  type Axis,
  type Figure,
  figureToCsv,
  figureToJson,
  figureToSvg,
  flowFigures,
  type Mark,
  type SvgOptions,
} from "./flow/figures/index.ts";
export type { BandMark, HeatMark, IntervalMark, LineMark, RuleMark, StackMark } from "./kit/figure/figure.ts";
export type { Size } from "./kit/svg/frame.ts";
export type { Finding } from "./flow/findings.ts";
export { claimsPage } from "./claims/page.ts";
export { comparisonReport } from "./comparison/page.ts";
export { flowReport } from "./flow/page.ts";
export { pageOf } from "./html/index.ts";
export { reportToHtml } from "./kit/html/page.ts";
export { predictionReport } from "./prediction/page.ts";
export { prescriptionReport } from "./prescription/page.ts";
export type { Fact, Report, Section, Share, Table } from "./kit/html/report.ts";
export { traceReport } from "./trace/page.ts";
export { type PredictionResult, type ReadResult, type Results, readResult } from "./registry.ts";
export type { FlowResult } from "./flow/result.ts";
export type { Tone } from "./kit/verdict-tones.ts";
