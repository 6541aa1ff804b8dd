import { EvanesceError } from "../../base/errors.ts";
import { requireObject } from "../../base/options-check.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { AUTOTRAINER } from "./autotrainer.ts";
import { DEEP_DIAGNOSIS } from "./deep-diagnosis.ts";
import { DEEPLEARNING4J } from "./deeplearning4j.ts";
import { measurementsOf } from "./measurements.ts";
import { SAGEMAKER } from "./sagemaker.ts";
import { THE_DEEP_CHECKER } from "./the-deep-checker.ts";
import type { Measurements, Preset, PresetReport, Problem } from "./types.ts";

export { measurementsOf } from "./measurements.ts";
export type {
  LayerMeasurements,
  Measurements,
  Preset,
  PresetFinding,
  PresetReport,
  Problem,
  Reading,
  Rule,
  StationMeasurements,
} from "./types.ts";

/** The rules of other tools with their default thresholds. To add a tool, add a file and a row here. */
export const PRESETS: readonly Preset[] = [SAGEMAKER, AUTOTRAINER, DEEP_DIAGNOSIS, THE_DEEP_CHECKER, DEEPLEARNING4J];

/** The problems, the most serious first. */
const ORDER: readonly Problem[] = ["exploding", "vanishing", "dead", "saturated", "initialisation", "updates"];

/**
 * Applies the rules of other tools to one flow, or to measurements from elsewhere.
 *
 * These rules compare single numbers with fixed constants, so the small gradients of a converged run look vanished to
 * them. A rule whose numbers were not measured is listed under `notJudged`.
 *
 * @param options.learningRate of plain gradient descent; rules on the updates of a flow need it
 * @throws EvanesceError for a learning rate that is not a finite number > 0
 */
export function presets(
  source: GradientFlow | Measurements,
  options: { readonly learningRate?: number | undefined } = {},
): PresetReport[] {
  const remedy = "give a flow, or measurements with layers and stations";
  requireObject("presets", source, remedy);
  if (!("schema" in source) && !(Array.isArray(source.layers) && Array.isArray(source.stations))) {
    throw new EvanesceError("presets", "a flow, or measurements with layers and stations", source, remedy);
  }
  requireObject("presets", options, "give { learningRate } or leave it out");
  const { learningRate } = options;
  if (learningRate !== undefined && !(Number.isFinite(learningRate) && learningRate > 0)) {
    throw new EvanesceError("learningRate", "a finite number > 0", learningRate, "leave it out to judge no updates");
  }
  const measurements = "schema" in source ? measurementsOf(source, learningRate) : source;
  return PRESETS.map((preset) => report(preset, measurements));
}

function report({ system, source, rules }: Preset, measurements: Measurements): PresetReport {
  const judged = rules.map((rule) => ({ rule, readings: rule.judge(measurements) }));
  const findings = judged.flatMap(({ rule, readings }) => {
    if (readings === null || readings.length === 0) return [];
    const { quantity, threshold, problem } = rule;
    return [{ quantity, threshold, problem, ...readings[0], places: readings.length }];
  });
  const notJudged = judged.flatMap(({ rule: { quantity, problem, needs }, readings }) =>
    readings === null ? [{ quantity, problem, needs }] : [],
  );
  const worst = ORDER.find((problem) => findings.some((finding) => finding.problem === problem));
  const verdict = worst ?? (notJudged.length === rules.length ? "not judged" : "nothing");
  return { system, source, verdict, findings, notJudged };
}
