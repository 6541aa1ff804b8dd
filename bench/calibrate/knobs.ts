import type { Verdict } from "../../src/diagnosis/index.ts";
import { type NetworkSpec, parseSpec } from "../../src/spec/index.ts";
import { initialize } from "../../src/spec/initialization/index.ts";
import {
  type Fault,
  grow,
  hiddenBiases,
  pathTable,
  type Plant,
  tableOf,
  valuesOf,
  withGateBias,
  withParameters,
} from "./plant.ts";

/** Reversals: each resets one part to the choice of a careful engineer, and leaves all others unchanged. */
export type KnobName =
  | "repair"
  | "weights"
  | "inputs"
  | "biases"
  | "gate"
  | "normalisation"
  | "residual"
  | "activation"
  | "shorter path";

/** A knob that was turned back, and the gain farthest from 0 nats after that; NaN if the pass was not finite. */
export interface Trial {
  readonly knob: KnobName;
  /** Whether it resets a parameter or an input, or changes the network itself: its activation or its length. */
  readonly level: "parameters" | "structure";
  readonly cause: TrueCause;
  readonly gain: number;
}

export interface Knob {
  readonly name: KnobName;
  readonly level: Trial["level"];
  readonly what: string;
  /** The plant with the knob turned back; null if it has no such knob, or the knob changes nothing. */
  readonly turn: (plant: Plant, fault: Fault) => Plant | null;
  /** Its name as a cause. */
  readonly cause: (plant: Plant, turned: Plant, verdict: Verdict) => TrueCause;
}

export type TrueCause =
  | "nonfinite value"
  | "weights"
  | "saturation"
  | "dead units"
  | "closed gate"
  | "normalisation"
  | "residual sum"
  | "derivatives"
  | "path length";

const RECTIFIERS: ReadonlySet<string> = new Set(["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus"]);
/** φ of a network with one; null for gated cells. */
const activationOf = ({ spec }: Plant): string | null =>
  spec.kind === "feedforward" ? spec.activation : isGated(spec) ? null : spec.cell;
const isGated = (spec: NetworkSpec) => spec.kind === "recurrent" && (spec.cell === "lstm" || spec.cell === "gru");

/** Standard deviation times √fan_in of careful weights: He 2015 for ReLU, LeCun 1998 for everything of slope 1 at 0, Glorot 2010 for sigmoid. */
const carefulGain = (activation: string) => (activation === "relu" || activation === "leaky_relu" ? Math.SQRT2 : 1);

const lnNorm = (values: Float32Array) => Math.log(Math.hypot(...values));
const finite = (values: Float32Array) => values.every((value) => Number.isFinite(value));

/** The cause if pre-activations leave the working range of an activation. */
export const offRange = (plant: Plant): TrueCause => {
  const name = activationOf(plant);
  return name !== null && RECTIFIERS.has(name) ? "dead units" : "saturation";
};

export const KNOBS: readonly Knob[] = [
  {
    name: "repair",
    level: "parameters",
    what: "every NaN or infinite parameter and input set to 0",
    turn(plant) {
      const broken = tableOf(plant).filter(({ name }) => !finite(valuesOf(plant, name)));
      if (broken.length === 0 && finite(plant.batch.inputs)) return null;
      const repair = (values: Float32Array) => values.map((value) => (Number.isFinite(value) ? value : 0));
      const repaired = withParameters(
        plant,
        broken.map(({ name }) => [name, repair(valuesOf(plant, name))] as const),
      );
      return { ...repaired, batch: { ...plant.batch, inputs: repair(plant.batch.inputs) } };
    },
    cause: () => "nonfinite value",
  },
  {
    name: "weights",
    level: "parameters",
    what:
      "hidden weights scaled to the activation's careful gain, drawn anew where they are zero; W_hh orthogonal, of a ReLU cell the identity, " +
      "of a gated cell PyTorch's",
    turn: (plant) => (plant.spec.kind === "recurrent" ? recurrentWeights(plant) : deepWeights(plant)),
    cause(plant, turned, verdict) {
      // too large weights shrink a gradient only through φ'
      const name = pathTable(plant).find(({ role }) => role === "weight" || role === "recurrent")?.name as string;
      const smaller = lnNorm(valuesOf(turned, name)) < lnNorm(valuesOf(plant, name)) - 0.1;
      return smaller && (verdict === "vanishing" || verdict === "dead") ? offRange(plant) : "weights";
    },
  },
  {
    name: "inputs",
    level: "parameters",
    what: "every sample's inputs scaled to unit mean square, and the input weights to their careful gain",
    turn(plant) {
      const name = plant.spec.kind === "recurrent" ? "rnn.weight_ih_l0" : "layers.0.weight";
      const W = valuesOf(plant, name);
      const { inputs, inputSize: X, batch: B } = plant.batch;
      if (!finite(W) || !finite(inputs)) return null;
      const squares = new Float64Array(B);
      inputs.forEach((x, i) => {
        squares[Math.floor(i / X) % B] += x * x;
      });
      const scale = squares.map((square) => Math.sqrt(inputs.length / B / square));
      // PyTorch's input weights, U(±1/√H), have variance 1/(3H)
      const variance =
        plant.spec.kind === "recurrent"
          ? 1 / (3 * plant.spec.hidden)
          : carefulGain(activationOf(plant) as string) ** 2 / X;
      const careful = Math.sqrt(W.length * variance) / Math.hypot(...W);
      return withParameters(
        { ...plant, batch: { ...plant.batch, inputs: inputs.map((x, i) => x * scale[Math.floor(i / X) % B]) } },
        [[name, W.map((w) => w * careful)]],
      );
    },
    cause: (plant) => offRange(plant),
  },
  {
    name: "biases",
    level: "parameters",
    what: "every hidden bias set to 0, the gate's of a gated cell left alone",
    turn(plant) {
      const names = hiddenBiases(plant);
      if (isGated(plant.spec) || !names.some((name) => valuesOf(plant, name).some((b) => b !== 0))) return null;
      if (!names.every((name) => finite(valuesOf(plant, name)))) return null;
      return withParameters(
        plant,
        names.map((name) => [name, new Float32Array(valuesOf(plant, name).length)] as const),
      );
    },
    cause: (plant) => offRange(plant),
  },
  {
    name: "gate",
    level: "parameters",
    what: "the carrying gate opened to a bias of ln(length) + 1 (Tallec and Ollivier 2018)",
    turn(plant) {
      const { spec, batch } = plant;
      if (isGated(spec)) return withGateBias(plant, (now) => Math.max(now, Math.log(batch.steps as number) + 1));
      if (spec.kind === "feedforward" && spec.residual === "highway") {
        return withGateBias(plant, (now) => Math.min(now, -Math.log(spec.depth) - 1));
      }
      return null;
    },
    cause: () => "closed gate",
  },
  {
    name: "normalisation",
    level: "parameters",
    what: "no normalization",
    turn: (plant) => withSpec(plant, "norm", "none"),
    cause: () => "normalisation",
  },
  {
    name: "residual",
    level: "parameters",
    what: "branches scaled by 1/√depth",
    turn: (plant) =>
      plant.spec.kind === "feedforward" && plant.spec.residual === "identity"
        ? withSpec(plant, "residual", "scaled")
        : null,
    cause: () => "residual sum",
  },
  {
    name: "activation",
    level: "structure",
    what: "φ replaced by the identity, weights divided by what φ's careful gain made up for",
    turn(plant) {
      const name = activationOf(plant);
      if (name === null || name === "identity") return null;
      const linear = withSpec(plant, plant.spec.kind === "recurrent" ? "cell" : "activation", "identity");
      const gain = plant.spec.kind === "recurrent" ? 1 : carefulGain(name);
      if (linear === null || gain === 1) return linear;
      const weights = pathTable(plant).filter(({ role }) => role === "weight");
      return withParameters(
        linear,
        weights.map((row) => [row.name, valuesOf(plant, row.name).map((w) => w / gain)] as const),
      );
    },
    cause: (plant) => (RECTIFIERS.has(activationOf(plant) as string) ? "dead units" : "derivatives"),
  },
  {
    name: "shorter path",
    level: "structure",
    what: "the same fault in a quarter of the depth or length",
    turn: (plant, fault) => grow(fault, plant.seed, 4),
    cause: () => "path length",
  },
];

function deepWeights(plant: Plant): Plant | null {
  const gain = carefulGain(activationOf(plant) as string);
  const rows = pathTable(plant).filter(({ role }) => role === "weight");
  if (!rows.every(({ name }) => finite(valuesOf(plant, name)))) return null;
  const fresh = initialize(careful(plant.spec), plant.sizes, plant.seed);
  return withParameters(
    plant,
    rows.map(({ name, fanOut }) => {
      const values = valuesOf(plant, name);
      const norm = Math.hypot(...values);
      if (norm === 0) return [name, fresh.get(name) as Float32Array] as const;
      const scale = (gain * Math.sqrt(fanOut)) / norm;
      return [name, values.map((w) => w * scale)] as const;
    }),
  );
}

function recurrentWeights(plant: Plant): Plant | null {
  const rows = pathTable(plant).filter(({ role }) => role === "recurrent");
  if (!rows.every(({ name }) => finite(valuesOf(plant, name)))) return null;
  const fresh = initialize(careful(plant.spec), plant.sizes, plant.seed);
  return withParameters(
    plant,
    rows.map(({ name }) => [name, fresh.get(name) as Float32Array] as const),
  );
}

/** The spec with a careful initialization of its weights. */
function careful(spec: NetworkSpec): NetworkSpec {
  if (spec.kind === "feedforward") {
    const weight = carefulGain(spec.activation) > 1 ? "he_normal" : "lecun_normal";
    return parseSpec({ ...spec, init: { ...spec.init, weight, gain: 1 } });
  }
  const recurrent = isGated(spec) ? "pytorch" : spec.cell === "relu" ? "identity" : "orthogonal";
  return parseSpec({ ...spec, init: { ...spec.init, recurrent, gain: 1 } });
}

/** The same parameters under a spec with one field changed; those the new spec has not are dropped. */
function withSpec(plant: Plant, key: string, value: string): Plant | null {
  if ((plant.spec as unknown as Record<string, unknown>)[key] === value) return null;
  const spec = parseSpec({ ...plant.spec, [key]: value });
  const changed = { ...plant, spec };
  const parameters = new Map(tableOf(changed).map(({ name }) => [name, valuesOf(plant, name)] as const));
  return { ...changed, parameters };
}
