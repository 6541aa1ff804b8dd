/**
 * Results as pages and figures, for a program that shows them itself, imported as `evanesce/report`. All are pure
 * functions of plain data. `reportToHtml(flowReport({ flow, diagnosis: diagnose(flow) }))` gives one self-contained
 * page, and `figureToSvg` one picture.
 */
export { claimsPage } from "./claims/page.ts";
export { type ComparedFlow, type Comparison, compareFlows } from "./comparison/compare.ts";
export { comparisonReport } from "./comparison/page.ts";
export type { FlowExtras } from "./flow/extras.ts";
export { flowFigures } from "./flow/figures/index.ts";
export { flowReport } from "./flow/page.ts";
export type { FlowResult } from "./flow/result.ts";
export { figureToCsv, figureToJson } from "./kit/figure/data.ts";
export type {
  Axis,
  BandMark,
  CellReport,
  Figure,
  HeatMark,
  IntervalMark,
  IntervalRow,
  LineMark,
  Mark,
  RuleMark,
  SegmentsMark,
  StackMark,
} from "./kit/figure/figure.ts";
export type { Advice } from "./kit/advice.ts";
export type { Finding } from "./kit/finding.ts";
export { reportToHtml } from "./kit/html/page.ts";
export type { Fact, Report, Section, Share, Table } from "./kit/html/report.ts";
export { figureToSvg, type Size, type SvgOptions } from "./kit/svg/index.ts";
export type { ColoredTone, Tone } from "./kit/verdict-tones.ts";
export { predictionReport } from "./prediction/page.ts";
export type { PredictionResult } from "./prediction/read.ts";
export { prescriptionReport } from "./prescription/page.ts";
export { figuresOf, pageOf, type ReadResult, type Results, readResult, type Schema } from "./registry.ts";
export { traceReport } from "./trace/page.ts";
