import { EvanesceError } from "../base/errors.ts";
import { requireObject } from "../base/options-check.ts";
import { lnTensorNorm, lnTogether, tensorNumbers } from "../flow/index.ts";
import { layerName } from "../metrics/index.ts";
import { type ActivationNumbers, activationNumbers } from "./activations.ts";
import { type NumberRows, numberRows } from "./arrays.ts";
import type { MonitorActivation, MonitorOptions, MonitorOrigin, MonitorRecord, MonitorStep } from "./types.ts";
import { createWindow, push, type Window } from "./window.ts";

/** The memory of one parameter. */
export interface ParameterMemory {
  readonly name: string;
  readonly layer: string;
  readonly count: number;
  /** ln of its gradient's norm at the last step that had it. */
  lnGradientNorm: number;
  lnMeanAbs: number;
  zeroShare: number;
  lnWeightNorm: number | null;
  lnUpdateRatio: number | null;
  /** The last weights, to compute the next update. */
  weight: Float64Array | null;
}

/** The memory of one layer: its norms and updates over the window of last steps. */
export interface LayerMemory {
  readonly name: string;
  readonly lnNorms: Window;
  /** Gains relative to the last layer of the same step. */
  readonly gains: Window;
  readonly updates: Window;
}

export interface Memory {
  readonly options: MonitorOptions;
  readonly window: number;
  steps: number;
  firstStep: number | null;
  lastStep: number | null;
  readonly parameters: Map<string, ParameterMemory>;
  readonly layers: Map<string, LayerMemory>;
  readonly activations: Map<string, ActivationNumbers>;
  readonly losses: Window;
  firstLoss: number | null;
  leastLoss: number | null;
  nonfinite: MonitorOrigin | null;
}

/** A memory to which steps can be added. */
export interface GrowingMemory extends Memory {
  /**
   * The place of every parameter and every layer in reading order, so that recording takes the same time for any name.
   */
  readonly places: { readonly parameters: Map<string, number>; readonly layers: Map<string, number> };
}

/** @throws EvanesceError for an option out of range */
export function createMemory(options: MonitorOptions): GrowingMemory {
  const { window = 50, baseline, learningRate, order } = options;
  if (!Number.isSafeInteger(window) || window < 1) {
    throw new EvanesceError("monitor.window", "a whole number ≥ 1", window, "leave it out for 50 steps");
  }
  if (baseline !== undefined && !(Number.isFinite(baseline) && baseline >= 0)) {
    throw new EvanesceError("monitor.baseline", "a finite number ≥ 0", baseline, "give the best trivial answer's loss");
  }
  if (learningRate !== undefined && !(Number.isFinite(learningRate) && learningRate > 0)) {
    throw new EvanesceError("monitor.learningRate", "a finite number > 0", learningRate, "leave it out");
  }
  if (order !== undefined && !(Array.isArray(order) && order.every((name) => typeof name === "string"))) {
    throw new EvanesceError("monitor.order", "a list of names", order, "name layers from the input to the loss");
  }
  return {
    options,
    window,
    steps: 0,
    firstStep: null,
    lastStep: null,
    parameters: new Map(),
    layers: new Map(),
    places: { parameters: new Map(), layers: new Map() },
    activations: new Map(),
    losses: createWindow(Math.max(window, 20)),
    firstLoss: null,
    leastLoss: null,
    nonfinite: null,
  };
}

interface Checked {
  readonly name: string;
  readonly gradient: NumberRows;
  readonly weight: NumberRows | null;
}

/** Adds a step. Everything is checked before anything changes, so a refused record leaves the memory as it was. */
export function remember(memory: GrowingMemory, records: readonly MonitorRecord[], about: MonitorStep): void {
  requireObject("monitor.step", about, "give { loss } or leave it out");
  const { loss, step, activations = [] } = about;
  if (!Array.isArray(activations)) {
    throw new EvanesceError("monitor.activations", "a list of { name, values }", activations, "leave it out for none");
  }
  const checked = check(memory, records);
  if (loss !== undefined && typeof loss !== "number")
    throw new EvanesceError("monitor.loss", "a number", loss, "leave it out");
  const at = stepOf(memory, step);
  const newLayers = checked.map(({ name }) => layerName(name)).filter((layer) => !memory.places.layers.has(layer));
  inOrder(newLayers, memory.options);
  const outputs = Array.from(activations as readonly MonitorActivation[], (output) => {
    requireObject("monitor.activations", output, "give { name, values }");
    const { name, values, activation } = output;
    if (typeof name !== "string") {
      throw new EvanesceError("monitor.activations.name", "a layer's name", name, "name every layer's outputs");
    }
    if (activation !== undefined && !["sigmoid", "tanh", "relu"].includes(activation)) {
      const where = `monitor.activations.${name}.activation`;
      throw new EvanesceError(where, "sigmoid, tanh or relu", activation, "leave it out for any other");
    }
    return activationNumbers(name, numberRows(`monitor.activations.${name}`, values), activation);
  });
  memory.firstStep ??= at;
  memory.lastStep = at;
  memory.steps++;
  for (const one of checked) {
    keepParameter(memory, one);
    notePlaces(memory, one.name);
  }
  keepLayers(memory, checked);
  for (const numbers of outputs) memory.activations.set(numbers.name, numbers);
  if (loss !== undefined) {
    push(memory.losses, loss);
    memory.firstLoss ??= loss;
    if (Number.isFinite(loss)) memory.leastLoss = Math.min(memory.leastLoss ?? loss, loss);
  }
  memory.nonfinite ??= origin(memory, checked, loss, at);
}

function check(memory: Memory, records: readonly MonitorRecord[]): Checked[] {
  if (!Array.isArray(records) || records.length === 0) {
    throw new EvanesceError(
      "monitor.record",
      "a list of { name, gradient }",
      records,
      "record every parameter of a step at once",
    );
  }
  const seen = new Set<string>();
  // Array.from also visits empty places of a list, so that they are refused
  return Array.from(records, (record: MonitorRecord | undefined | null) => {
    const name = record?.name;
    if (record === undefined || record === null || typeof name !== "string" || name === "") {
      throw new EvanesceError("monitor.record.name", "a parameter's name", name, "name every gradient");
    }
    const where = `monitor.record.${name}`;
    if (seen.has(name))
      throw new EvanesceError(where, "one gradient a step", "two", "give every parameter a name of its own");
    seen.add(name);
    const gradient = numberRows(where, record.gradient);
    const known = memory.parameters.get(name)?.count ?? gradient.data.length;
    if (gradient.data.length !== known || known === 0) {
      const rule = known === 0 ? "at least one number" : `${known} numbers, as before`;
      throw new EvanesceError(where, rule, gradient.data.length, "use one name for one tensor");
    }
    const weight = record.weight === undefined ? null : numberRows(`${where}.weight`, record.weight);
    if (weight !== null && weight.data.length !== known) {
      throw new EvanesceError(
        `${where}.weight`,
        `the gradient's ${known} numbers`,
        weight.data.length,
        "give the same tensor's weights",
      );
    }
    return { name, gradient, weight };
  });
}

function stepOf({ lastStep }: Memory, step: number | undefined): number {
  if (step === undefined) return lastStep === null ? 0 : lastStep + 1;
  if (Number.isSafeInteger(step) && (lastStep === null || step > lastStep)) return step;
  const rule = lastStep === null ? "a whole number" : `a whole number above the last step's, ${lastStep}`;
  throw new EvanesceError("monitor.step", rule, step, "leave it out to count from the last step");
}

function keepParameter({ parameters, options }: Memory, { name, gradient, weight }: Checked): void {
  const { lnNorm, lnMeanAbs, zeroShare } = tensorNumbers(gradient.data);
  const before = parameters.get(name)?.weight ?? null;
  const lnWeightNorm = weight === null ? null : lnTensorNorm(weight.data);
  const moves = lnWeightNorm !== null && lnWeightNorm !== Number.NEGATIVE_INFINITY;
  let lnUpdateRatio: number | null = null;
  if (moves && before !== null) {
    lnUpdateRatio = lnTensorNorm(before.map((value, i) => (weight as NumberRows).data[i] - value)) - lnWeightNorm;
  } else if (moves && options.learningRate !== undefined) {
    lnUpdateRatio = Math.log(options.learningRate) + lnNorm - lnWeightNorm;
  }
  const numbers = { lnGradientNorm: lnNorm, lnMeanAbs, zeroShare, lnWeightNorm, lnUpdateRatio };
  const kept = weight === null ? null : Float64Array.from(weight.data);
  parameters.set(name, { name, layer: layerName(name), count: gradient.data.length, ...numbers, weight: kept });
}

/** Gives a parameter and its layer a place, if they have none. */
function notePlaces({ places: { parameters, layers }, options: { order } }: GrowingMemory, name: string): void {
  if (parameters.has(name)) return;
  parameters.set(name, parameters.size);
  const layer = layerName(name);
  if (layers.has(layer)) return;
  layers.set(layer, order === undefined ? layers.size : placeIn(order, layer));
}

const placeIn = (order: readonly string[], layer: string) =>
  order.findIndex((name) => name === layer || layerName(name) === layer);

/** The records of a step, nearest the input first. */
function recorded({ parameters, places }: GrowingMemory, checked: readonly Checked[]): ParameterMemory[] {
  const placeOf = ({ name, layer }: ParameterMemory) =>
    [places.layers.get(layer), places.parameters.get(name)] as number[];
  return checked
    .map(({ name }) => parameters.get(name) as ParameterMemory)
    .sort((a, b) => {
      const [[layer, parameter], [otherLayer, other]] = [placeOf(a), placeOf(b)];
      return layer - otherLayer || parameter - other;
    });
}

/** The recorded layers, nearest the input first. */
export const orderedLayers = ({ parameters, options }: Memory): string[] =>
  inOrder(
    [...parameters.values()].map(({ layer }) => layer),
    options,
  );

/** @throws EvanesceError if the given order leaves a layer out */
function inOrder(layers: readonly string[], { order }: MonitorOptions): string[] {
  const found = [...new Set(layers)];
  if (order === undefined) return found;
  const place = (layer: string) => placeIn(order, layer);
  const missing = found.find((layer) => place(layer) < 0);
  if (missing !== undefined) {
    const rule = `all layers, including ${missing}`;
    throw new EvanesceError("monitor.order", rule, order, "name layers from the input to the loss");
  }
  return found.sort((a, b) => place(a) - place(b));
}

/** The parameters of each layer, in their order. */
export function byLayer(parameters: Iterable<ParameterMemory>): Map<string, ParameterMemory[]> {
  const layers = new Map<string, ParameterMemory[]>();
  for (const one of parameters) {
    const members = layers.get(one.layer);
    if (members === undefined) layers.set(one.layer, [one]);
    else members.push(one);
  }
  return layers;
}

function keepLayers(memory: GrowingMemory, checked: readonly Checked[]): void {
  const norms = [...byLayer(recorded(memory, checked))].map(([layer, members]) => ({
    layer,
    members,
    ln: lnTogether(members.map(({ lnGradientNorm }) => lnGradientNorm)),
  }));
  const last = norms[norms.length - 1].ln;
  for (const { layer, members, ln } of norms) {
    let kept = memory.layers.get(layer);
    if (kept === undefined) {
      const [lnNorms, gains, updates] = [0, 1, 2].map(() => createWindow(memory.window));
      kept = { name: layer, lnNorms, gains, updates };
      memory.layers.set(layer, kept);
    }
    push(kept.lnNorms, ln);
    // if the last layer is exactly zero, no gain is defined
    push(kept.gains, last === Number.NEGATIVE_INFINITY ? Number.NaN : ln - last);
    // the ratio of the weight matrix: a bias that starts at zero can change by any factor
    const main = mainParameter(members);
    if (main.lnUpdateRatio !== null) push(kept.updates, main.lnUpdateRatio);
  }
}

/** The parameter with the most entries: the weights. */
export const mainParameter = (members: readonly ParameterMemory[]): ParameterMemory =>
  members.reduce((most, one) => (one.count > most.count ? one : most));

/**
 * A NaN spreads from the loss toward the input, so it began in the gradient nearest the loss. If the weights of that
 * layer are not finite either, it began in them.
 */
function origin(
  memory: GrowingMemory,
  checked: readonly Checked[],
  loss: number | undefined,
  step: number,
): MonitorOrigin | null {
  const bad = (lnNorm: number) => Number.isNaN(lnNorm) || lnNorm === Number.POSITIVE_INFINITY;
  const now = recorded(memory, checked);
  const weight = now.find(({ lnWeightNorm }) => lnWeightNorm !== null && bad(lnWeightNorm));
  if (weight !== undefined) return { step, name: weight.name, what: "weight" };
  if (loss !== undefined && !Number.isFinite(loss)) return { step, name: "loss", what: "loss" };
  const gradient = now.findLast(({ lnGradientNorm }) => bad(lnGradientNorm));
  return gradient === undefined ? null : { step, name: gradient.name, what: "gradient" };
}
