import { EvanesceError } from "../base/errors.ts";
import type { ClaimsReport } from "../experiments/index.ts";
import type { Prescription } from "../prescription/index.ts";
import type { PhaseMap } from "../sweeps/phase-map.ts";
import type { MonitoredRun } from "../monitor/run/types.ts";
import type { TrainingTrace } from "../training/index.ts";
import { claimsFigures } from "./claims/figures.ts";
import { claimsPage } from "./claims/page.ts";
import { readClaims } from "./claims/read.ts";
import { claimsToLines, claimsToText } from "./claims/text.ts";
import type { Comparison } from "./comparison/compare.ts";
import { comparisonFigure } from "./comparison/figures.ts";
import { comparisonReport } from "./comparison/page.ts";
import { readComparison } from "./comparison/read.ts";
import { comparisonToLines, comparisonToText } from "./comparison/text.ts";
import { flowFigures } from "./flow/figures/index.ts";
import { flowReport } from "./flow/page.ts";
import { PRINTED_FLOW } from "./flow/printed.ts";
import { readFlow } from "./flow/read/index.ts";
import type { FlowResult } from "./flow/result.ts";
import type { Figure } from "./kit/figure/figure.ts";
import type { Report } from "./kit/html/report.ts";
import { fieldsOf } from "./kit/read/fields.ts";
import type { Shape } from "./kit/read/shapes.ts";
import { mapFigures } from "./map/figures.ts";
import { mapReport } from "./map/page.ts";
import { readMap } from "./map/read.ts";
import { mapToLine, mapToText } from "./map/text.ts";
import { runFigures } from "./monitor/figures.ts";
import { runReport } from "./monitor/page.ts";
import { readRun } from "./monitor/read.ts";
import { type MonitoredRuns, readRuns, runsFigures, runsReport, runsToLines, runsToText } from "./monitor/runs.ts";
import { runToLine, runToText } from "./monitor/text.ts";
import { predictionFigures } from "./prediction/figures.ts";
import { predictionFields } from "./prediction/findings.ts";
import { predictionReport } from "./prediction/page.ts";
import { type PredictionResult, readPrediction } from "./prediction/read.ts";
import { predictionToLine, predictionToText } from "./prediction/text.ts";
import { prescriptionFigures } from "./prescription/figures.ts";
import { prescriptionReport } from "./prescription/page.ts";
import { readPrescription } from "./prescription/read.ts";
import { type PrescriptionTextOptions, prescriptionToLine, prescriptionToText } from "./prescription/text.ts";
import { traceFigures } from "./trace/figures.ts";
import { traceReport } from "./trace/page.ts";
import { readTrace } from "./trace/read.ts";
import { traceToLine, traceToText } from "./trace/text.ts";

/*
 * The table of all kinds of results: how to read, print and draw each. A new kind of result needs a folder beside the
 * others and a row of this table.
 */

/** The type of the result under each schema. */
export interface Results {
  readonly "evanesce.flow/1": FlowResult;
  readonly "evanesce.comparison/1": Comparison;
  readonly "evanesce.trace/1": TrainingTrace;
  readonly "evanesce.prescription/1": Prescription;
  readonly "evanesce.claims/1": ClaimsReport;
  readonly "evanesce.prediction/1": PredictionResult;
  readonly "evanesce.map/1": PhaseMap;
  readonly "evanesce.monitor/1": MonitoredRun;
  readonly "evanesce.runs/1": MonitoredRuns;
}

export type Schema = keyof Results;

/** A result with its schema, measured in this process or read from JSON, and the command line that printed it. */
export type ReadResult = {
  [S in Schema]: { readonly schema: S; readonly result: Results[S]; readonly command?: string | undefined };
}[Schema];

/** Options of the text of a result. Only prescriptions have a hint. */
export type TextOptions = PrescriptionTextOptions;

interface ResultKind<Result> {
  /** Reads a result from parsed JSON. @throws EvanesceError that names the field that is missing or wrong */
  readonly read: Shape<Result>;
  /** The keys that `--json` prints. */
  readonly fields: (result: Result) => Readonly<Record<string, unknown>>;
  /** The whole report for a terminal. */
  readonly text: (result: Result, options?: TextOptions) => string;
  /** The line that `--quiet` prints; for a comparison and for claims, one line for each. */
  readonly line: (result: Result, options?: TextOptions) => string;
  /** The page as data; `reportToHtml` draws it. */
  readonly page: (result: Result, command?: string) => Report;
  /** The figures of the page, the main one first. */
  readonly figures: (result: Result) => Figure[];
}

const RESULT_KINDS: { readonly [S in Schema]: ResultKind<Results[S]> } = {
  "evanesce.flow/1": {
    read: (value, where) => readFlow(fieldsOf(value, where)),
    ...PRINTED_FLOW,
    page: flowReport,
    figures: flowFigures,
  },
  "evanesce.comparison/1": {
    read: readComparison,
    fields: (comparison) => ({ ...comparison }),
    text: comparisonToText,
    line: comparisonToLines,
    page: comparisonReport,
    figures: (comparison) => [comparisonFigure(comparison)],
  },
  "evanesce.trace/1": {
    read: readTrace,
    fields: (trace) => ({ ...trace }),
    text: traceToText,
    line: traceToLine,
    page: traceReport,
    figures: traceFigures,
  },
  "evanesce.prescription/1": {
    read: readPrescription,
    fields: (prescription) => ({ ...prescription }),
    text: prescriptionToText,
    line: prescriptionToLine,
    page: prescriptionReport,
    figures: prescriptionFigures,
  },
  "evanesce.claims/1": {
    read: readClaims,
    fields: (report) => ({ ...report }),
    text: claimsToText,
    line: claimsToLines,
    page: claimsPage,
    figures: claimsFigures,
  },
  "evanesce.prediction/1": {
    read: readPrediction,
    fields: ({ spec, prediction }) => predictionFields(spec, prediction),
    text: ({ spec, prediction }, options) => predictionToText(spec, prediction, options),
    line: ({ spec, prediction }, options) => predictionToLine(spec, prediction, options),
    page: ({ spec, prediction }, command) => predictionReport(spec, prediction, command),
    figures: ({ spec, prediction }) => predictionFigures(spec, prediction),
  },
  "evanesce.map/1": {
    read: readMap,
    fields: (map) => ({ ...map }),
    text: mapToText,
    line: mapToLine,
    page: mapReport,
    figures: (map) => mapFigures(map),
  },
  "evanesce.monitor/1": {
    read: readRun,
    fields: (run) => ({ ...run }),
    text: runToText,
    line: runToLine,
    page: runReport,
    figures: runFigures,
  },
  "evanesce.runs/1": {
    read: readRuns,
    fields: (runs) => ({ ...runs }),
    text: runsToText,
    line: runsToLines,
    page: runsReport,
    figures: runsFigures,
  },
};

/** Every schema, in the order in which messages list them. */
const SCHEMAS = Object.keys(RESULT_KINDS) as Schema[];

/** The row of a result. The cast is needed: TypeScript does not know that a result has the type of its schema. */
const kindOf = ({ schema }: ReadResult): ResultKind<Results[Schema]> =>
  RESULT_KINDS[schema] as ResultKind<Results[Schema]>;

/** The keys and values that `--json` prints. */
export const resultFields = (read: ReadResult): Readonly<Record<string, unknown>> => {
  const fields = kindOf(read).fields(read.result);
  // a flow keeps its command among the extras
  return read.schema === "evanesce.flow/1" ? fields : { ...fields, command: read.command };
};

/** The whole report for a terminal. */
export const resultText = (read: ReadResult, options?: TextOptions): string => kindOf(read).text(read.result, options);

/** The line that `--quiet` prints. */
export const resultLine = (read: ReadResult, options?: TextOptions): string => kindOf(read).line(read.result, options);

/** The page of any result, measured in this process or read back. */
export const pageOf = (read: ReadResult): Report => kindOf(read).page(read.result, read.command);

/** Every figure of any result, the main one first. */
export const figuresOf = (read: ReadResult): Figure[] => kindOf(read).figures(read.result);

/**
 * Reads a result from parsed JSON.
 *
 * @param where the name for messages: the file
 * @throws EvanesceError if it is not a result, or a result that was changed
 */
export function readResult(value: unknown, where: string): ReadResult {
  const fields = fieldsOf(value, where);
  const schema = SCHEMAS.find((name) => name === fields.value("schema"));
  if (schema === undefined) {
    throw new EvanesceError(
      `${where}.schema`,
      `a result of evanesce, its schema one of ${SCHEMAS.join(", ")}`,
      fields.value("schema"),
      "print one with `evanesce rnn --json > result.json`",
    );
  }
  const command = fields.has("command") ? fields.text("command") : undefined;
  const { command: _, ...bare } = fields.all;
  // a flow keeps its command among the extras
  const result = RESULT_KINDS[schema].read(schema === "evanesce.flow/1" ? value : bare, where);
  return { schema, result, command } as ReadResult;
}
