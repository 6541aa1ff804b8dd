import type { Verdict } from "../../diagnosis/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { type FlowResult, pathIsProbes } from "../flow/result.ts";

/** A comparison of several flows. Plain data; numbers may be ±∞ or NaN, as in a flow. */
export interface Comparison {
  readonly schema: "evanesce.comparison/1";
  readonly axis: "step" | "layer";
  /** The profiles that are compared: those of the loss's gradient or, with a loss at every step, those of the probe. */
  readonly of: "loss" | "probe";
  readonly entries: readonly ComparedFlow[];
}

/** One result of a comparison. */
export interface ComparedFlow {
  /** A name that says how it differs from the others. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly severity: number;
  /**
   * Nats per station of the profile that decides the verdict; positive if the gradient shrinks. Null for fewer than two
   * finite stations.
   */
  readonly perStation: number | null;
  /** Half-life in stations; negative if the gradient doubles instead. */
  readonly halfLife: number | null;
  readonly rSquared: number | null;
  /** ln ‖δ_first‖ − ln ‖δ_last‖; null for a single station. */
  readonly totalGain: number | null;
  /** The number of stations that keep at least a thousandth of the gradient. */
  readonly reach: number;
  readonly loss: number | null;
  readonly seed: number;
  readonly spec: NetworkSpec;
  /** ln norms, index 0 farthest from the loss. */
  readonly lnGradientNorm: Float64Array;
  /** The first cause, in words. */
  readonly cause: string | null;
  /** The first advice, with the options that follow it; absent in results of earlier versions. */
  readonly advice?: { readonly sentence: string; readonly options: readonly string[] };
  /** The file of its weights, if they were not drawn. */
  readonly weights?: string;
  /** Assumptions of its measurement. */
  readonly notes?: readonly string[];
  /** The command line that measures it alone, if it was measured in this way. */
  readonly command?: string;
}

/** @param names names for messages and legends; by default the differences of their specs */
export function compareFlows(results: readonly FlowResult[], names?: readonly string[]): Comparison {
  if (results.length < 2) {
    throw new EvanesceError("compare", "at least two results", results.length, "give another one");
  }
  const { axis } = results[0].flow;
  const other = results.findIndex(({ flow }) => flow.axis !== axis);
  if (other > 0) {
    const rule = `results along one axis, as the first (${axis}s)`;
    throw new EvanesceError(names?.[other] ?? `result ${other}`, rule, `${results[other].flow.axis}s`, "leave it out");
  }
  const of = results.every(({ flow }) => flow.probe !== undefined) && results.some(({ flow }) => pathIsProbes(flow));
  const labels = names ?? differences(results);
  return {
    schema: "evanesce.comparison/1",
    axis,
    of: of ? "probe" : "loss",
    entries: results.map(({ flow, diagnosis, extras: { command } }, i) => {
      const { perStation, halfLife, rSquared, totalGain, reach } = diagnosis.evidence;
      const [first] = diagnosis.verdict === "healthy" ? [] : diagnosis.advice;
      return {
        name: labels[i],
        verdict: diagnosis.verdict,
        severity: diagnosis.severity,
        ...{ perStation, halfLife, rSquared, totalGain },
        reach: reach.stations,
        loss: flow.loss,
        seed: flow.seed,
        spec: flow.spec,
        lnGradientNorm: (of ? flow.probe?.lnGradientNorm : undefined) ?? flow.lnGradientNorm,
        cause: diagnosis.causes[0]?.sentence ?? null,
        ...(first === undefined ? {} : { advice: { sentence: first.sentence, options: first.options } }),
        ...(flow.weights === undefined ? {} : { weights: flow.weights }),
        ...(flow.notes === undefined || flow.notes.length === 0 ? {} : { notes: flow.notes }),
        ...(command === undefined ? {} : { command }),
      };
    }),
  };
}

/**
 * A name for each result that says how its weights, spec, task or seed differs from the others: `lstm`, `init.gain 2`.
 * Equal names are numbered.
 */
export function differences(results: readonly FlowResult[]): string[] {
  const flat = results.map(({ flow: { spec, task, seed, weights } }) => {
    const { name, steps, batch } = task;
    return flattened({ ...(weights === undefined ? {} : { weights }), ...spec, task: name, steps, batch, seed });
  });
  const keys = [...new Set(flat.flatMap((each) => [...each.keys()]))];
  const differing = keys.filter((key) => new Set(flat.map((each) => each.get(key))).size > 1);
  const labeled = differing.filter((key) => !key.startsWith("cellOptions")); // the cell decides these
  const labels = flat.map((each) =>
    labeled
      .filter((key) => each.get(key) !== undefined)
      .map((key) =>
        ["cell", "activation", "weights"].includes(key)
          ? each.get(key)?.replace(/^.*[/\\]/, "")
          : `${key.replace("init.", "")} ${each.get(key)}`,
      )
      .join(", "),
  );
  return labels.map((label, i) => (label === "" || labels.indexOf(label) !== i ? `${label} ${i + 1}`.trim() : label));
}

function flattened(value: object, path = ""): Map<string, string> {
  const entries = Object.entries(value).flatMap(([key, each]): [string, string][] => {
    if (each === undefined) return [];
    if (typeof each === "object" && each !== null && !Array.isArray(each))
      return [...flattened(each, `${path}${key}.`)];
    return [[`${path}${key}`, Array.isArray(each) ? each.join(",") : String(each)]];
  });
  return new Map(entries);
}
