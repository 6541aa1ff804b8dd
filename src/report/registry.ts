import { EvanesceError } from "../base/errors.ts";
import type { ClaimsReport } from "../experiments/index.ts";
import type { Prescription } from "../prescription/index.ts";
import type { TrainingTrace } from "../training/index.ts";
import type { Comparison } from "./comparison/compare.ts";
import type { FlowResult } from "./flow/result.ts";
import { readClaims } from "./claims/read.ts";
import { readComparison } from "./comparison/read.ts";
import { fieldsOf } from "./kit/read/fields.ts";
import { readFlow } from "./flow/read/index.ts";
import { type PredictionResult, readPrediction } from "./prediction/read.ts";
import { readPrescription } from "./prescription/read.ts";
import type { Shape } from "./kit/read/shapes.ts";
import { readTrace } from "./trace/read.ts";

export type { PredictionResult } from "./prediction/read.ts";

/** What each schema holds. */
export interface Results {
  readonly "evanesce.flow/1": FlowResult;
  readonly "evanesce.comparison/1": Comparison;
  readonly "evanesce.trace/1": TrainingTrace;
  readonly "evanesce.prescription/1": Prescription;
  readonly "evanesce.claims/1": ClaimsReport;
  readonly "evanesce.prediction/1": PredictionResult;
}

/** A result that was printed with `--json`, by its schema, and the command line that printed it. */
export type ReadResult = {
  [Schema in keyof Results]: {
    readonly schema: Schema;
    readonly result: Results[Schema];
    readonly command?: string | undefined;
  };
}[keyof Results];

/** What reads each kind of result. */
const READERS: { readonly [Schema in keyof Results]: Shape<Results[Schema]> } = {
  "evanesce.flow/1": (value, where) => readFlow(fieldsOf(value, where)),
  "evanesce.comparison/1": readComparison,
  "evanesce.trace/1": readTrace,
  "evanesce.prescription/1": readPrescription,
  "evanesce.claims/1": readClaims,
  "evanesce.prediction/1": readPrediction,
};

/**
 * A result read back from parsed JSON.
 *
 * @param where how messages call it: the file
 * @throws EvanesceError where it is no result, or one that was changed
 */
export function readResult(value: unknown, where: string): ReadResult {
  const fields = fieldsOf(value, where);
  const schemas = Object.keys(READERS) as (keyof Results)[];
  const schema = schemas.find((name) => name === fields.value("schema"));
  if (schema === undefined) {
    const rule = `a result of evanesce, its schema one of ${schemas.join(", ")}`;
    throw new EvanesceError(
      `${where}.schema`,
      rule,
      fields.value("schema"),
      "print one with `evanesce rnn --json > result.json`",
    );
  }
  const command = fields.has("command") ? fields.text("command") : undefined;
  const { command: _, ...bare } = fields.all;
  // a flow keeps the command among what stands beside it
  const result = READERS[schema](schema === "evanesce.flow/1" ? value : bare, where);
  return { schema, result, command } as ReadResult;
}
