import { random } from "../../src/base/random.ts";
import { type NetworkInput, type NetworkSpec, parseSpec } from "../../src/spec/index.ts";
import { initialize } from "../../src/spec/initialization/index.ts";
import { type NetworkSizes, type ParameterShape, parameterTable } from "../../src/spec/parameters.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { type RealInputs, realInputs } from "./data.ts";

/** X, B and Y of all plants with Gaussian inputs. They are small, so thousands of plants take only minutes. */
const SIZES = { inputs: 8, batch: 8, outputs: 1 } as const;

/** A change of a network or its batch. Layers are parts of the depth: 0 is the first hidden layer after the stem, 1 the last. */
export type Edit =
  | { readonly edit: "weights"; readonly factor: number; readonly at: number }
  | { readonly edit: "bias"; readonly value: number; readonly at?: number }
  | { readonly edit: "gate bias"; readonly value: number }
  | { readonly edit: "inputs"; readonly factor: number; readonly share?: number }
  | {
      readonly edit: "poison";
      readonly tensor: "weight" | "bias" | "inputs";
      readonly value: number;
      readonly at: number;
    };

/** The relation of the labels to the network. */
export type Labels = "random" | "constant" | "teacher" | "fitted" | "trained" | "plateau";

/** One row of the benchmark: a network, its changes, and its part of the study. */
export interface Fault {
  readonly kind: string;
  readonly severity: string;
  /** Whether thresholds were tuned on this kind, or it was only used for the report. */
  readonly part: "tuned" | "held out" | "realistic";
  readonly network: NetworkInput;
  /** T of a recurrent network. */
  readonly steps?: number;
  /** Inputs of real data instead of Gaussian ones. */
  readonly data?: RealInputs;
  readonly edits?: readonly Edit[];
  readonly labels?: Labels;
  /** Whether the row is meant as a control; its truth is measured in any case. */
  readonly control?: boolean;
}

/** A network with all it needs for a pass. */
export interface Plant {
  readonly spec: NetworkSpec;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly batch: Batch;
}

/** The plant of a row and seed with the same fault; its depth or length is divided by `divisor`. */
export function grow(fault: Fault, seed: number, divisor = 1): Plant {
  const T = fault.steps === undefined ? undefined : Math.max(2, Math.round(fault.steps / divisor));
  const batch = fault.data === undefined ? drawBatch(T, seed) : labeledBatch(realInputs(fault.data, T, seed), seed);
  const sizes = { inputs: batch.inputSize, outputs: SIZES.outputs };
  const spec = parseSpec({ ...shortened(fault.network, divisor), ...sizes });
  const plant: Plant = { spec, sizes, seed, parameters: initialize(spec, sizes, seed), batch };
  return (fault.edits ?? []).reduce(apply, plant);
}

function shortened(network: NetworkInput, divisor: number): NetworkInput {
  if (network.kind === "recurrent" || divisor === 1) return network;
  return { ...network, depth: Math.max(2, Math.round((network.depth ?? 50) / divisor)) };
}

/** N(0, 1) inputs `[T, B, X]` or `[B, X]` with N(0, 1) targets `[B, Y]`. Nothing can be learned; the baseline is the targets' variance. */
function drawBatch(T: number | undefined, seed: number): Batch {
  const { batch: B, inputs: X, outputs: Y } = SIZES;
  const stream = random(seed, "calibrate/batch");
  const inputs = Float32Array.from({ length: (T ?? 1) * B * X }, () => stream.normal());
  const targets = Float32Array.from({ length: B * Y }, () => stream.normal());
  return {
    name: "calibrate",
    batch: B,
    ...(T === undefined ? {} : { steps: T }),
    inputSize: X,
    outputSize: Y,
    inputs,
    loss: "mse",
    lossAt: "last",
    ...labeled(targets),
  };
}

/** Real inputs with targets `[B, 1]` that cannot be learned, because the truth is about the path and not about labels. */
function labeledBatch({ batch: B, steps, inputSize, inputs }: Batch, seed: number): Batch {
  const stream = random(seed, "calibrate/targets");
  const targets = Float32Array.from({ length: B * SIZES.outputs }, () => stream.normal());
  const sizes = { batch: B, ...(steps === undefined ? {} : { steps }), inputSize, outputSize: SIZES.outputs };
  return { name: "calibrate", ...sizes, inputs, loss: "mse", lossAt: "last", ...labeled(targets) };
}

/** Targets with the loss of the best constant answer, their variance. */
export function labeled(targets: Float32Array): Pick<Batch, "targets" | "baseline"> & { targets: Float32Array } {
  const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
  const baseline = targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / targets.length;
  return { targets, baseline };
}

/** The parameters with those of `change` replaced: [name, values]. */
export function withParameters(plant: Plant, change: Iterable<readonly [string, Float32Array]>): Plant {
  return { ...plant, parameters: new Map([...plant.parameters, ...change]) };
}

export const tableOf = ({ spec, sizes }: Plant): readonly ParameterShape[] => parameterTable(spec, sizes);

/** Parameters on the gradient's path, except those of the readout. */
export const pathTable = (plant: Plant): ParameterShape[] => tableOf(plant).filter(({ of }) => of !== "readout");

/** [H] of gate `gate` of a stacked bias or weight. */
export const gateSlice = ({ shape, gates }: ParameterShape, gate: number): readonly [from: number, to: number] => {
  const rows = shape.reduce((a, b) => a * b, 1) / gates;
  return [gate * rows, (gate + 1) * rows];
};

function apply(plant: Plant, edit: Edit): Plant {
  switch (edit.edit) {
    case "weights": {
      const { name } = layerAt(plant, "weight", edit.at);
      return withParameters(plant, [[name, valuesOf(plant, name).map((w) => w * edit.factor)]]);
    }
    case "bias": {
      const names = edit.at === undefined ? hiddenBiases(plant) : [layerAt(plant, "bias", edit.at).name];
      return withParameters(
        plant,
        names.map((name) => [name, valuesOf(plant, name).map((b) => b + edit.value)] as const),
      );
    }
    case "gate bias":
      return withGateBias(plant, () => edit.value);
    case "inputs": {
      const { batch } = plant;
      const B = batch.batch;
      const touched = Math.round((edit.share ?? 1) * B);
      const inputs = batch.inputs.map((x, i) => (Math.floor(i / batch.inputSize) % B < touched ? x * edit.factor : x));
      return { ...plant, batch: { ...batch, inputs } };
    }
    case "poison": {
      if (edit.tensor === "inputs") {
        const inputs = plant.batch.inputs.slice();
        inputs[Math.floor(edit.at * (inputs.length - 1))] = edit.value;
        return { ...plant, batch: { ...plant.batch, inputs } };
      }
      const { name } = layerAt(plant, edit.tensor, edit.at);
      const values = valuesOf(plant, name).slice();
      values[values.length >> 1] = edit.value;
      return withParameters(plant, [[name, values]]);
    }
  }
}

export const valuesOf = ({ parameters }: Plant, name: string): Float32Array => {
  const values = parameters.get(name);
  if (values === undefined) throw new Error(`no parameter ${name}`);
  return values;
};

/** Biases of hidden layers; in a recurrent network only b_ih, because b_hh has the same effect. */
export const hiddenBiases = (plant: Plant): string[] =>
  pathTable(plant)
    .filter(({ role, of }) => role === "bias" && (of === "weight" || of === "input"))
    .map(({ name }) => name);

/** The weight or bias at a part of the depth, without the stem; a recurrent network has only one. */
function layerAt(plant: Plant, what: "weight" | "bias", at: number): ParameterShape {
  const recurrent = plant.spec.kind === "recurrent";
  const of = recurrent ? "recurrent" : "weight";
  const role = what === "bias" ? "bias" : of;
  const layers = tableOf(plant).filter((row) => row.role === role && row.of === of);
  return layers[recurrent ? 0 : layerOf(at, layers.length)];
}

/** The layer at a part of the depth. */
export const layerOf = (at: number, depth: number): number => 1 + Math.round(at * (depth - 2));

/** The bias that opens the gate of the carrying path: an LSTM's f, a GRU's z (large: open), a highway's g (large: closed). */
export function withGateBias(plant: Plant, value: (now: number) => number): Plant {
  const gate = plant.spec.kind === "recurrent" ? 1 : 0;
  const rows = pathTable(plant).filter(
    ({ role, of }) => role === "bias" && of === (plant.spec.kind === "recurrent" ? "input" : "gate"),
  );
  return withParameters(
    plant,
    rows.map((row) => {
      const values = valuesOf(plant, row.name).slice();
      const [from, to] = gateSlice(row, gate);
      for (let i = from; i < to; i++) values[i] = value(values[i]);
      return [row.name, values] as const;
    }),
  );
}
