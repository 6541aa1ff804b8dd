/*
 * Keras's layers as parts. Its kernels are [inputs, outputs], PyTorch's transposed. The gates of an LSTM have the order
 * i, f, c, o, which is PyTorch's i, f, g, o; those of a GRU z, r, h, where PyTorch has r, z, n. An LSTM has one bias,
 * which becomes PyTorch's b_ih.
 */
import { EvanesceError } from "../../base/errors.ts";
import type { NdArray } from "../../formats/array.ts";
import { ACTIVATIONS, ELMAN_CELLS } from "../../catalogue/index.ts";
import { canonicalName } from "../../spec/names.ts";
import type { CellName } from "../../catalogue/index.ts";
import { floats, reordered, transposed } from "../floats.ts";
import { leaky } from "../leaky.ts";
import { gatedActivations, type NamedActivation, slopeNotes, withSlope } from "../gates.ts";
import type { Direction, Part } from "../parts.ts";
import { isRecord, type Json, type LayerConfig } from "./config.ts";

/**
 * A layer's weights by the end of their names; the weights of a layer inside it begin with `forward.`, `backward.` or
 * `layer.`.
 */
export type Weights = Readonly<Record<string, NdArray>>;

/** Layers that compute nothing, or nothing that a pass measures. */
const SILENT = new Set(["InputLayer", "Flatten", "Reshape", "Permute", "ActivityRegularization", "Identity"]);
const POOLS: Readonly<Record<string, "mean" | "max">> = { GlobalAveragePooling1D: "mean", GlobalMaxPooling1D: "max" };
const CELLS: Readonly<Record<string, number>> = {
  LSTM: 4,
  GRU: 3,
  SimpleRNN: 1,
  LSTMCell: 4,
  GRUCell: 3,
  SimpleRNNCell: 1,
};

/** @throws EvanesceError for weights that do not fit their layer, or are not finite */
export function layerParts(layer: LayerConfig, weights: Weights, file: string, version: number): Part[] {
  const { className, config } = layer;
  const name = [...layer.around, layer.name].join("/");
  const shapes = Object.fromEntries(Object.entries(weights).map(([leaf, { shape }]) => [leaf, shape]));
  const common = { name, shapes };
  const where = `${file}: ${name}`;
  const foreign = (what: string): Part[] => [{ kind: "foreign", ...common, what }];
  const read = (leaf: string): Float32Array => {
    if (weights[leaf] === undefined)
      throw new EvanesceError(
        where,
        `weights ${leaf}`,
        Object.keys(weights).join(", ") || "none",
        "save the model again",
      );
    return floats(`${where}/${leaf}`, weights[leaf]);
  };
  const optional = (key: string, leaf: string) => (weights[leaf] === undefined ? {} : { [key]: read(leaf) });

  if (SILENT.has(className)) return [];
  if (POOLS[className] !== undefined) return [{ kind: "pool", ...common, pool: POOLS[className] }];
  if (className === "Masking") return [{ kind: "mask", ...common, value: Number(config.mask_value ?? 0) }];
  if (/^(Dropout|SpatialDropout1D)$/.test(className)) {
    const wholeSequence = className === "SpatialDropout1D";
    return [{ kind: "dropout", ...common, rate: Number(config.rate ?? config.p ?? 0), wholeSequence }];
  }
  if (/Dropout/.test(className)) return [];
  if (/^GaussianNoise$/.test(className)) return [];
  if (className === "TimeDistributed") return timeDistributed();
  if (className === "Bidirectional") return recurrentParts();
  if (CELLS[className] !== undefined) return recurrentParts();
  switch (className) {
    case "Dense": {
      const shape = weights.kernel?.shape ?? [];
      if (shape.length !== 2)
        throw new EvanesceError(where, "a kernel [inputs, outputs]", shape, "save the model again");
      const [inputs, outputs] = shape;
      const weight = transposed(read("kernel"), inputs, outputs);
      const dense: Part = { kind: "dense", ...common, inputs, outputs, weight, ...optional("bias", "bias") };
      return [dense, ...activationParts(config.activation, `${name}/activation`, version)];
    }
    case "Embedding": {
      const [tokens, size] = weights.embeddings?.shape ?? [0, 0];
      const masked = config.mask_zero === true ? { padding: 0, masks: true } : {};
      return [{ kind: "embedding", ...common, tokens, size, weight: read("embeddings"), ...masked }];
    }
    case "BatchNormalization":
    case "LayerNormalization": {
      const size = (weights.gamma ?? weights.beta ?? weights.moving_mean)?.shape.at(-1) ?? 0;
      const norm = className === "BatchNormalization" ? "batch" : config.rms_scaling === true ? "rms" : "layer";
      const eps = typeof config.epsilon === "number" ? config.epsilon : 1e-3;
      return [
        { kind: "norm", ...common, norm, size, ...optional("weight", "gamma"), ...optional("bias", "beta"), eps },
      ];
    }
    case "Activation":
      return activationParts(config.activation, name, version);
    case "ReLU": {
      const slope = Number(config.negative_slope ?? 0);
      if (Number(config.threshold ?? 0) !== 0) return foreign("ReLU with a threshold");
      const most = config.max_value;
      if (typeof most === "number")
        return most === 6 && slope === 0 ? [activation("relu6", name)] : foreign(`ReLU up to ${most}`);
      return slope === 0 ? [activation("relu", name)] : [leaky(slope, name)];
    }
    case "LeakyReLU":
      return [leaky(Number(config.negative_slope ?? config.alpha ?? 0.3), name)];
    case "ELU": {
      const alpha = Number(config.alpha ?? 1);
      return alpha === 1 ? [activation("elu", name)] : foreign(`ELU with α = ${alpha}`);
    }
    case "PReLU":
      return [{ kind: "activation", ...common, activation: "prelu", slope: read("alpha") }];
    case "Softmax":
      return [activation("softmax", name)];
    default:
      return foreign(className);
  }

  function timeDistributed(): Part[] {
    const inner = isRecord(config.layer) ? config.layer : {};
    if (inner.class_name !== "Dense") return foreign(`TimeDistributed ${String(inner.class_name)}`);
    const own = Object.fromEntries(
      Object.entries(weights).map(([leaf, value]) => [leaf.replace(/^layer\./, ""), value]),
    );
    return layerParts(
      { ...layer, className: "Dense", config: isRecord(inner.config) ? inner.config : {} },
      own,
      file,
      version,
    );
  }

  function recurrentParts(): Part[] {
    const both = className === "Bidirectional";
    const inner = both && isRecord(config.layer) ? config.layer : { class_name: className, config };
    const own = isRecord(inner.config) ? inner.config : {};
    const kind = String(inner.class_name);
    const gates = CELLS[kind];
    if (gates === undefined) return foreign(`${className} ${kind}`);
    const merge = both ? String(config.merge_mode ?? "concat") : "concat";
    if (!["concat", "sum", "ave"].includes(merge)) return foreign(`Bidirectional joined by ${merge}`);
    const { inner: phi, gate } = activationsOf(own, version);
    const activations = gates === 1 ? {} : gatedActivations(phi, gate);
    if (activations === undefined) return foreign(`${kind} with ${phi.name} inside and ${gate.name} at its gates`);
    const prefix = both ? ["forward.", "backward."] : [""];
    const [inputs, rows] = weights[`${prefix[0]}kernel`]?.shape ?? [0, 0];
    const hidden = rows / gates;
    const sides = prefix.map((side) => withSlope(directionOf(side, kind, gates, inputs, hidden), gate, gates));
    const before = own.reset_after !== true && weights[`${prefix[0]}bias`]?.shape.length !== 2;
    const gru = before ? "gru_reset_before" : "gru";
    const cell = kind === "LSTM" ? "lstm" : kind === "GRU" ? gru : elman(own.activation);
    if (cell === undefined) return foreign(`SimpleRNN with ${String(own.activation)}`);
    const rates = {
      variationalDropout: Number(own.dropout ?? 0),
      recurrentDropout: Number(own.recurrent_dropout ?? 0),
    };
    const everyStep = own.return_sequences === true;
    const notes = [
      ...(own.go_backwards === true ? [`${name} runs backward: give its inputs from last to first.`] : []),
      ...(gates === 1 ? [] : slopeNotes(name, gate)),
    ];
    const layers = [{ forward: sides[0], ...(both ? { reverse: sides[1] } : {}) }];
    return [
      { kind: "recurrent", ...common, cell, ...activations, inputs, hidden, layers, everyStep, ...rates, notes },
      ...(merge === "concat" ? [] : [joinedSides(name, hidden, merge)]),
    ];
  }

  function directionOf(side: string, kind: string, gates: number, inputs: number, hidden: number): Direction {
    const order = kind === "GRU" ? [1, 0, 2] : Array.from({ length: gates }, (_, gate) => gate);
    const rows = gates * hidden;
    const [kernel, recurrent] = [read(`${side}kernel`), read(`${side}recurrent_kernel`)];
    if (!Number.isInteger(hidden) || kernel.length !== rows * inputs || recurrent.length !== rows * hidden) {
      throw new EvanesceError(where, `kernels of ${gates} gates`, shapes, "save the model again");
    }
    const bias = weights[`${side}bias`] === undefined ? undefined : read(`${side}bias`);
    const twice = bias !== undefined && bias.length === 2 * rows;
    if (bias !== undefined && bias.length !== rows && !twice)
      throw new EvanesceError(where, `a bias of ${rows}`, bias.length, "save the model again");
    return {
      weight_ih: reordered(transposed(kernel, inputs, rows), order),
      weight_hh: reordered(transposed(recurrent, hidden, rows), order),
      ...(bias === undefined ? {} : { bias_ih: reordered(bias.subarray(0, rows), order) }),
      ...(twice ? { bias_hh: reordered(bias.subarray(rows), order) } : {}),
    };
  }
}

/**
 * For Bidirectional's merge_mode sum or ave: a dense layer that adds unit j of one direction to unit j of the other.
 */
function joinedSides(name: string, hidden: number, merge: string): Part {
  const weight = new Float32Array(2 * hidden * hidden);
  const value = merge === "ave" ? 0.5 : 1;
  for (let j = 0; j < hidden; j++) for (const side of [0, 1]) weight[(2 * j + side) * hidden + j] = value;
  const notes = [`${name} joins its directions by ${merge}: a dense layer of fixed weights does so here.`];
  const shape = { inputs: 2 * hidden, outputs: hidden, weight, bias: new Float32Array(hidden) };
  return { kind: "dense", name: `${name}/${merge}`, shapes: {}, ...shape, notes };
}

/** The activations inside a cell and at its gates. */
function activationsOf(config: Json, version: number): { inner: NamedActivation; gate: NamedActivation } {
  const named = (value: unknown): NamedActivation => {
    const name = activationName(value, version);
    if (name === KERAS_2_HARD_SIGMOID) return { name: "hardsigmoid", slope: 0.2 };
    // the slope of tf.nn.leaky_relu is 0.2, ours is 0.01
    return { name: name === "linear" ? "identity" : name === "leaky_relu" ? "leaky ReLU of slope 0.2" : name };
  };
  return { inner: named(config.activation ?? "tanh"), gate: named(config.recurrent_activation ?? "sigmoid") };
}

function elman(value: unknown): CellName | undefined {
  const name = canonicalName(ELMAN_CELLS, value ?? "tanh");
  return (ELMAN_CELLS as readonly unknown[]).includes(name) ? (name as CellName) : undefined;
}

const activation = (name: string, of: string): Part => ({ kind: "activation", name: of, shapes: {}, activation: name });

function activationParts(value: unknown, name: string, version: number): Part[] {
  const spoken = activationName(value, version);
  if (spoken === "linear" || spoken === "identity") return [];
  if (spoken === "leaky_relu") return [leaky(version >= 3 ? 0.2 : 0.01, name)];
  return [activation(spoken, name)];
}

const KERAS_2_HARD_SIGMOID = "Keras 2's hard_sigmoid";

/** The name of an activation here, if it is one of ours; a serialized function has its name in `config`. */
function activationName(value: unknown, version: number): string {
  const text = isRecord(value)
    ? isRecord(value.config)
      ? value.config.name
      : (value.config ?? value.class_name)
    : value;
  if (text === undefined || text === null) return "linear";
  // in Keras 2 it is 0.2 x + 0.5, limited to 0 … 1; since Keras 3 it is PyTorch's
  if (text === "hard_sigmoid" && version < 3) return KERAS_2_HARD_SIGMOID;
  const name = canonicalName(ACTIVATIONS, text);
  return String(name);
}
