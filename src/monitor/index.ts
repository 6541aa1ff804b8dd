import { EvanesceError } from "../base/errors.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import { diagnoseMemory, layersOf } from "./diagnosis.ts";
import { createMemory, remember } from "./memory.ts";
import { monitorToText } from "./text.ts";
import { countSteps, hiddenProfile } from "./run/time.ts";
import { withTime } from "./run/with-time.ts";
import type { Monitor, MonitorDiagnosis, MonitorOptions, MonitorSnapshot } from "./types.ts";

export type {
  Monitor,
  MonitorActivation,
  MonitorArray,
  MonitorCause,
  MonitorDiagnosis,
  MonitorLayer,
  MonitorOptions,
  MonitorOrigin,
  MonitorRecord,
  MonitorSnapshot,
  MonitorStep,
} from "./types.ts";

/**
 * Watches a network of any library: it records named gradients step by step and gives a diagnosis at any time.
 *
 * The verdict follows from the ratios of the layers' gradients and never from their size alone; the state follows from
 * the loss. So a run that has converged is not called vanishing, and a run that vanishes is, even if its gradients are
 * large.
 *
 * @throws EvanesceError for an option out of range
 */
export function monitor(options: MonitorOptions = {}): Monitor {
  requireObject("monitor", options, "leave it out, or give { order, baseline, learningRate, window, axis }");
  requireKnown("monitor", options, ["order", "baseline", "learningRate", "window", "axis"]);
  const { axis } = options;
  if (axis !== undefined && axis !== "layer" && axis !== "step") {
    throw new EvanesceError(
      "monitor.axis",
      '"layer" or "step"',
      axis,
      "leave it out: names that count steps are taken as steps",
    );
  }
  const memory = createMemory(options);
  const diagnosed = (): MonitorDiagnosis => {
    const diagnosis = diagnoseMemory(memory);
    const { layers, lastStep } = diagnosis;
    const along = axis === undefined ? countSteps(layers.map(({ name }) => name)) : axis === "step";
    if (!along || layers.length < 2) return diagnosis;
    const lnNorm = Float64Array.from(layers, ({ lnGradientNorm }) => lnGradientNorm);
    return withTime(diagnosis, [hiddenProfile(lnNorm, lastStep ?? 0)], true);
  };
  return {
    record: (records, step = {}) => {
      requireObject("monitor.step", step, "give { loss, step, activations }, or leave it out");
      requireKnown("monitor.step", step, ["loss", "step", "activations"]);
      remember(memory, records, step);
    },
    diagnose: diagnosed,
    report: (options) => monitorToText(diagnosed(), options),
    snapshot: (): MonitorSnapshot => ({
      schema: "evanesce.monitor/1",
      steps: memory.steps,
      lastStep: memory.lastStep,
      layers: layersOf(memory),
      parameters: [...memory.parameters.values()].map(({ weight: _, lnMeanAbs, ...rest }) => ({
        ...rest,
        lnMeanAbsGradient: lnMeanAbs,
      })),
      loss: { first: memory.firstLoss, last: memory.losses.values.at(-1) ?? null, least: memory.leastLoss },
      nonfinite: memory.nonfinite,
    }),
  };
}
