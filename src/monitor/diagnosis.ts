import { EvanesceError } from "../base/errors.ts";
import { median } from "../base/median.ts";
import { type LossState, presets, severityOf, THRESHOLDS, type Verdict } from "../diagnosis/index.ts";
import type { Measurements } from "../diagnosis/presets/index.ts";
import { fitDecay } from "../flow/index.ts";
import { worstGain } from "../metrics/index.ts";
import { findCauses } from "./causes.ts";
import { byLayer, type Memory, mainParameter, orderedLayers } from "./memory.ts";
import { blockedBy, obstacleOf } from "./obstacles.ts";
import { lossState } from "./state.ts";
import { advise, summarize } from "./summary.ts";
import { tensorAtFault } from "./tensor-at-fault.ts";
import type { MonitorCause, MonitorDiagnosis, MonitorLayer } from "./types.ts";

/** ln of 1e-30: after a norm this small, a float32 gradient becomes zero by underflow and not by dead units. */
const FADED = Math.log(1e-30);

/** Judges the records of a monitor. @throws EvanesceError if there are none */
export function diagnoseMemory(memory: Memory): MonitorDiagnosis {
  if (memory.steps === 0)
    throw new EvanesceError("monitor.diagnose", "a step recorded before", "none", "call record first");
  const measured = layersOf(memory);
  const last = measured.length - 1;
  const silent = measured[last].lnGradientNorm === Number.NEGATIVE_INFINITY;
  const state = lossState(memory, silent);
  const judged = judge(memory, measured, silent, state);
  const { verdict, worst, ofBiases } = judged;
  const layers = ofBiases === undefined ? measured : measured.map((one, l) => ({ ...one, gain: ofBiases[l] }));
  const found =
    verdict === "vanishing" || verdict === "exploding" || (verdict === "dead" && !silent)
      ? findCauses(layers, memory.activations, worst, verdict === "exploding" ? 1 : -1)
      : [];
  const causes = withTensor(memory, layers, found, verdict !== "healthy" && verdict !== "nonfinite");
  const gains = Float64Array.from(layers, ({ gain }) => gain);
  const facts = { memory, layers, ofBiases: ofBiases !== undefined, verdict, worst, state, causes };
  const diagnosis: MonitorDiagnosis = {
    schema: "evanesce.monitor/1",
    verdict,
    state,
    severity: judged.severity,
    summary: summarize(facts),
    advice: advise(facts),
    causes,
    layers,
    perLayer: fitDecay(gains)?.perStation ?? null,
    nonfinite: memory.nonfinite,
    steps: memory.steps,
    lastStep: memory.lastStep,
    notes: notesOf(memory, layers, verdict),
    presets: presets(measurements(memory)),
  };
  if (verdict !== "healthy" && verdict !== "blocked") return diagnosis;
  const loud = memory.activations.get(layers[0].name)?.loud ?? 0;
  const obstacle = obstacleOf(layers, loud, state, riseOf(memory), memory.options.learningRate ?? null);
  if (obstacle === null) return diagnosis;
  if (causes.length > 0 && state !== "diverging") {
    const [other] = blockedBy(diagnosis, obstacle).causes;
    return { ...diagnosis, causes: [...causes, other].map((one) => ({ ...one, share: 1 / (causes.length + 1) })) };
  }
  const { sentence } = obstacle;
  const summary = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}. ${diagnosis.summary}`;
  return blockedBy({ ...diagnosis, summary }, obstacle);
}

/** In a path of at most this many layers, one tensor may explain what happens in all of them. */
const FEW_LAYERS = 3;

/**
 * The causes, with the tensor that explains a cause that gradients alone cannot explain, or a fault without a cause.
 */
function withTensor(
  memory: Memory,
  layers: readonly MonitorLayer[],
  causes: readonly MonitorCause[],
  isSick: boolean,
): readonly MonitorCause[] {
  const all = layers.map(({ name }) => name);
  const unexplained = causes.find(
    ({ factor, layers: of }) => factor === "one-layer" || (factor === "every-layer" && of.length <= FEW_LAYERS),
  );
  const isOpen = unexplained !== undefined || (isSick && causes.length === 0);
  const found = isOpen ? tensorAtFault(memory, unexplained?.layers ?? all, all[all.length - 1]) : null;
  if (found === null) return causes;
  const { layer, ...tensor } = found;
  const cause = { share: 1, nats: Number.NaN, ...unexplained, ...tensor, layers: [layer] };
  return [...causes.map((one) => (one === unexplained ? cause : one)), ...(unexplained === undefined ? [cause] : [])];
}

/** By how many nats the loss has risen from its least value; NaN if the ratio is not defined. */
function riseOf({ losses: { values }, leastLoss }: Memory): number {
  return leastLoss === null ? Number.NaN : Math.log(median(values.slice(-10)) / leastLoss);
}

function judge(
  memory: Memory,
  layers: readonly MonitorLayer[],
  silent: boolean,
  state: LossState,
): { verdict: Verdict; severity: number; worst: number; ofBiases?: Float64Array } {
  const last = layers.length - 1;
  if (memory.nonfinite !== null) return { verdict: "nonfinite", severity: 1, worst: 0 };
  // the loss sends no gradient back: the run has converged, or the loss is cut off
  if (silent)
    return {
      verdict: state === "converged" ? "healthy" : "dead",
      severity: state === "converged" ? 0 : 1,
      worst: last,
    };
  const { station, gain } = worstGain(Float64Array.from(layers, (layer) => layer.gain));
  if (gain === Number.NEGATIVE_INFINITY) {
    const zero = layers.findLastIndex((layer) => layer.gain === Number.NEGATIVE_INFINITY);
    const faded = layers[zero + 1].lnGradientNorm < FADED;
    return { verdict: faded ? "vanishing" : "dead", severity: 1, worst: station };
  }
  const ofPath = gain < -THRESHOLDS.gain ? "vanishing" : gain > THRESHOLDS.gain ? "exploding" : "healthy";
  const hidden = hiddenGain(memory, layers);
  if (ofPath === "healthy" && hidden !== null) {
    return {
      verdict: hidden.gain < 0 ? "vanishing" : "exploding",
      severity: severityOf(hidden.gain),
      worst: hidden.station,
      ofBiases: hidden.gains,
    };
  }
  const inTheWay = ofPath === "healthy" && (state === "diverging" || state === "above-trivial");
  return inTheWay
    ? { verdict: "blocked", severity: state === "diverging" ? 1 : 0.5, worst: station }
    : { verdict: ofPath, severity: severityOf(gain), worst: station };
}

/**
 * ‖∂L/∂W‖ is ‖h‖ · ‖δ‖, so a forward signal that grows hides a gradient that shrinks. The gradient of a bias is δ
 * alone. If every layer has recorded a bias, and the norms of their gradients follow a straight line (R² of 0.9) beyond
 * the threshold, they decide. The bias before a batch normalization does not, because its gradient is rounding.
 */
function hiddenGain(
  memory: Memory,
  layers: readonly MonitorLayer[],
): { station: number; gain: number; gains: Float64Array } | null {
  const lns = layers.map(({ parameters }) => {
    const bias = parameters.find((name) => /(^|[._/])(bias|beta|b)(:0)?$/i.test(name));
    return bias === undefined ? Number.NaN : (memory.parameters.get(bias)?.lnGradientNorm ?? Number.NaN);
  });
  if (lns.length < 4 || !lns.every(Number.isFinite)) return null;
  const gains = Float64Array.from(lns, (ln) => ln - lns[lns.length - 1]);
  const fit = fitDecay(gains);
  const worst = worstGain(gains);
  return fit !== null && fit.rSquared >= 0.9 && Math.abs(worst.gain) > THRESHOLDS.gain ? { ...worst, gains } : null;
}

/** The layers over the window, the one nearest the input first. */
export function layersOf(memory: Memory): MonitorLayer[] {
  const parameters = byLayer(memory.parameters.values());
  return orderedLayers(memory).map((name) => {
    const members = parameters.get(name)!;
    const kept = memory.layers.get(name)!;
    const entries = members.reduce((sum, { count }) => sum + count, 0);
    const seen = memory.activations.get(name);
    return {
      name,
      parameters: members.map((member) => member.name),
      lnGradientNorm: median(kept.lnNorms.values),
      gain: median(kept.gains.values),
      zeroShare: members.reduce((sum, { count, zeroShare }) => sum + count * zeroShare, 0) / entries,
      lnUpdateRatio: kept.updates.values.length === 0 ? null : median(kept.updates.values),
      saturated: seen?.saturated ?? null,
      deadUnits: seen?.deadUnits ?? null,
    };
  });
}

/** The numbers of the last step that other tools use. */
function measurements(memory: Memory): Measurements {
  const parameters = byLayer(memory.parameters.values());
  const layers = orderedLayers(memory).map((name) => {
    const main = mainParameter(parameters.get(name)!);
    const { count, lnMeanAbs, lnGradientNorm, zeroShare, lnWeightNorm, lnUpdateRatio } = main;
    return {
      name: main.name,
      count,
      lnMeanAbs,
      lnGradientNorm,
      zeroShare,
      lnWeightNorm: lnWeightNorm ?? undefined,
      lnUpdateRatio: lnUpdateRatio ?? undefined,
    };
  });
  return { layers, stations: [...memory.activations.values()] };
}

function notesOf({ steps, window }: Memory, layers: readonly MonitorLayer[], verdict: Verdict): string[] {
  const notes = [
    "The verdict follows from the ratios of the layers' gradients, not from their size: in a converged run all are small.",
    "Gradients of the loss cannot tell a dead path from a loss that sends no gradient. Only a transport probe can.",
  ];
  if (layers.length < 2) notes.push("A single layer has no path that could be judged.");
  if (steps < 5 && verdict !== "nonfinite") notes.push(`Only ${steps} of ${window} steps were recorded.`);
  return notes;
}
