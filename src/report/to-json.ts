import { EvanesceError } from "../base/errors.ts";
import { diagnose } from "../diagnosis/index.ts";
import type { ClaimsReport } from "../experiments/index.ts";
import type { GradientFlow } from "../flow/index.ts";
import type { Prescription } from "../prescription/index.ts";
import type { PhaseMap } from "../sweeps/phase-map.ts";
import type { TrainingTrace } from "../training/index.ts";
import type { MonitoredRun } from "../monitor/run/types.ts";
import type { MonitoredRuns } from "./monitor/runs.ts";
import type { Comparison } from "./comparison/compare.ts";
import { flowToJson } from "./flow/json.ts";
import type { FlowResult } from "./flow/result.ts";
import { type JsonData, toJsonData } from "./kit/json.ts";
import { predictionFields } from "./prediction/findings.ts";
import type { PredictionResult } from "./prediction/read.ts";

/** A result that `toJson` writes. */
export type JsonResult =
  | GradientFlow
  | FlowResult
  | TrainingTrace
  | Prescription
  | ClaimsReport
  | Comparison
  | PredictionResult
  | PhaseMap
  | MonitoredRun
  | MonitoredRuns;

/**
 * A result as plain JSON data, the same object that the command line prints with `--json`: `evanesce report` and
 * `evanesce compare` read `JSON.stringify(toJson(result))`. Typed arrays become lists; −∞ becomes `null`, NaN and +∞
 * become the strings "NaN" and "Infinity".
 *
 * A flow gets the diagnosis of `diagnose(flow)`. To give another diagnosis or further measurements, pass
 * `{ flow, diagnosis, extras }`. A prediction needs its network: `{ spec, prediction }`.
 *
 * @param command the command line that measures the same, if there is one
 * @throws EvanesceError if `result` is not a result of evanesce
 */
export function toJson(result: JsonResult, command?: string): Readonly<Record<string, JsonData>> {
  const fields = result as Partial<FlowResult & PredictionResult> & { readonly schema?: unknown };
  const { flow, diagnosis, extras, spec, prediction } = fields ?? {};
  if (flow !== undefined) return flowToJson(flow, diagnosis ?? diagnose(flow), withCommand(extras ?? {}, command));
  if (spec !== undefined && prediction !== undefined) return data({ ...predictionFields(spec, prediction), command });
  switch (fields?.schema) {
    case "evanesce.flow/1": {
      const bare = result as GradientFlow;
      return flowToJson(bare, diagnose(bare), withCommand({}, command));
    }
    case "evanesce.trace/1":
    case "evanesce.prescription/1":
    case "evanesce.claims/1":
    case "evanesce.comparison/1":
    case "evanesce.map/1":
    case "evanesce.monitor/1":
    case "evanesce.runs/1":
      return data({ ...result, command });
    case "evanesce.prediction/1":
      throw new EvanesceError("toJson", "a prediction with its network", "a prediction", "give { spec, prediction }");
    default:
      throw new EvanesceError(
        "toJson",
        "a flow, trace, prescription, comparison, prediction, map, claims report or monitored run",
        result,
        "give what propagate, train, prescribe, predict or claims returned",
      );
  }
}

const withCommand = <Extras extends object>(extras: Extras, command: string | undefined) =>
  command === undefined ? extras : { ...extras, command };

const data = (fields: object) => toJsonData(fields) as Readonly<Record<string, JsonData>>;
