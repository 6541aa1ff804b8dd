import {
  activationFacts,
  CELL_TABLE,
  cellVectors,
  gatesOf,
  innerMatrixOf,
  normalizesActivations,
  normFacts,
  residualFacts,
  joinsBlocks,
} from "../catalogue/index.ts";
import { type DenseLayer, denseLayers } from "./dense.ts";
import type { FeedforwardSpec } from "./feedforward.ts";
import { hiddenLayerSpec, layerSpec, outputWidth, topSpec } from "./layers.ts";
import { stateParts, stateWidth } from "./initial-state.ts";
import { type StackName, stacksOf } from "./decoder.ts";
import type { NetworkSpec, RecurrentSpec } from "./index.ts";
import { nameOf, type ParameterPlace, type RecurrentPart } from "./parameter-place.ts";

/**
 * Every parameter of a spec: PyTorch's names, shapes and gate order, in the order of a `state_dict`.
 *
 * Letters: X inputs · H hidden or width · Y outputs · G gates (LSTM 4: i, f, g, o; GRU 3: r, z, n; Elman 1).
 */

/**
 * What a parameter does. `vector` is a recurrent cell's own, a number a unit; `state` a learned first state; `weight`
 * is a hidden layer's matrix, `gate` a highway gate's, `slope` PReLU's.
 */
export type ParameterRole =
  | "embedding"
  | "input"
  | "recurrent"
  | "vector"
  | "state"
  | "weight"
  | "weight_scale"
  | "bias"
  | "norm_scale"
  | "norm_shift"
  | "slope"
  | "residual"
  | "gate"
  | "readout";

export interface ParameterShape {
  /** `nameOf(place)`. */
  readonly name: string;
  readonly place: ParameterPlace;
  /** Row-major; a matrix is [outputs, inputs]. */
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** For a bias or the scale of weight norm, the role of its matrix; for every other parameter its own role. */
  readonly of: ParameterRole;
  /** Its layer; for a parameter of a block the last layer of the block, for the readout the number of layers. */
  readonly layer: number;
  /** G: the number of equal runs of rows, each with the fans below. */
  readonly gates: number;
  /** Inputs of one unit: columns of the matrix, or of a bias's matrix; 1 for element-wise parameters. */
  readonly fanIn: number;
  /** Outputs of one gate: rows of the matrix over G; 1 for element-wise parameters. */
  readonly fanOut: number;
}

/** The sizes that a spec may leave to its task. `outputs` is null without a readout. */
export interface NetworkSizes {
  readonly inputs: number;
  readonly outputs: number | null;
}

/** The tables made so far, by spec and sizes. A spec does not change. */
const TABLES = new WeakMap<NetworkSpec, Map<string, readonly ParameterShape[]>>();

/** Every parameter of the network, in the order of a PyTorch `state_dict`. */
export function parameterTable(spec: NetworkSpec, sizes: NetworkSizes): readonly ParameterShape[] {
  const known = TABLES.get(spec) ?? new Map<string, readonly ParameterShape[]>();
  TABLES.set(spec, known);
  const key = `${sizes.inputs} ${sizes.outputs}`;
  let table = known.get(key);
  if (table === undefined) {
    table = Object.freeze(spec.kind === "recurrent" ? recurrentTable(spec, sizes) : feedforwardTable(spec, sizes));
    known.set(key, table);
  }
  return table;
}

/** A row of the table: its name follows from its place. */
const row = (place: ParameterPlace, facts: Omit<ParameterShape, "name" | "place">): ParameterShape => ({
  name: nameOf(place),
  place,
  ...facts,
});

/** The number of entries of a parameter of this shape. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * `embedding.weight` [X, E] where inputs are tokens, X of `rnn.weight_ih_l0` then being E; `rnn.weight_ih_l0` [G·H, X],
 * `rnn.weight_hh_l0` [G·H, H], a matrix inside the step [H, H] where the cell has one, `rnn.bias_ih_l0` [G·H],
 * `rnn.bias_hh_l0`, the matrix [P, H] of a projection of h, whose P then takes H's place in W_hh and in all that reads
 * h, the cell's own vectors [H], a learned first state `rnn.h0_l0` [H] and `rnn.c0_l0`, then the same of
 * `_l0_reverse` where D = 2 directions run, then `_l1` … A level hands on D·H. A cell without W_hh has no b_hh either.
 * An encoder's and a decoder's names begin with `encoder.` and `decoder.` in place of `rnn.`.
 * A stem's layers, `stem.0.weight` …, stand before them, a head's, `head.0.weight` …, before the readout.
 */
function recurrentTable(spec: RecurrentSpec, { inputs, outputs }: NetworkSizes): ParameterShape[] {
  const D = spec.bidirectional ? 2 : 1;
  const W = outputWidth(topSpec(spec)) * D;
  const table: ParameterShape[] = [];
  const { embedding } = spec;
  if (embedding !== undefined) {
    const shape = [inputs, embedding.size];
    const fans = { gates: 1, fanIn: inputs, fanOut: embedding.size } as const;
    const place = { module: "embedding", part: "weight" } as const;
    table.push(row(place, { shape, role: "embedding", of: "embedding", layer: 0, ...fans }));
  }
  const stem = denseLayers("stem", spec.stem, embedding?.size ?? inputs);
  for (const layer of stem) table.push(...dense(layer, 0));
  const features = stem.at(-1)?.width ?? embedding?.size ?? inputs;
  for (const stack of stacksOf(spec)) table.push(...stackTable(spec, stack, features));
  const head = denseLayers("head", spec.head, W);
  for (const layer of head) table.push(...dense(layer, spec.layers));
  const readout = linear({ module: "readout" }, "readout", spec.layers, head.at(-1)?.width ?? W, outputs);
  return table.concat(embedding?.tied ? readout.filter(({ role }) => role === "bias") : readout);
}

/** The layers of one stack, whose lowest one reads `features` numbers a step. */
function stackTable(spec: RecurrentSpec, stack: StackName, features: number): ParameterShape[] {
  const D = spec.bidirectional ? 2 : 1;
  const table: ParameterShape[] = [];
  for (let layer = 0; layer < spec.layers; layer++) {
    const own = layerSpec(spec, layer);
    const H = own.hidden;
    const P = outputWidth(own);
    const { recurrentMatrix } = CELL_TABLE[own.cell];
    const innerMatrix = innerMatrixOf(own);
    const gates = gatesOf(own.cell);
    const X = layer === 0 ? features : outputWidth(layerSpec(spec, layer - 1)) * D;
    const input = { of: "input", layer, gates, fanIn: X, fanOut: H } as const;
    const recurrent = { of: "recurrent", layer, gates, fanIn: P, fanOut: H } as const;
    const vector = { role: "vector", of: "vector", layer, gates: 1, fanIn: 1, fanOut: 1 } as const;
    for (const reverse of spec.bidirectional ? [false, true] : [false]) {
      const add = (part: RecurrentPart, leaf: string, facts: Parameters<typeof row>[1]) =>
        table.push(row({ module: "rnn", stack, level: layer, reverse, part, leaf }, facts));
      add("input", "weight_ih", { shape: [gates * H, X], role: "input", ...input });
      if (recurrentMatrix) add("recurrent", "weight_hh", { shape: [gates * H, P], role: "recurrent", ...recurrent });
      const addInner = () => {
        if (innerMatrix === undefined) return;
        add("inner", innerMatrix, { shape: [P, H], role: "input", ...input, gates: 1, fanIn: H, fanOut: P });
      };
      if (own.projection === undefined) addInner();
      add("inputBias", "bias_ih", { shape: [gates * H], role: "bias", ...input });
      if (recurrentMatrix) add("recurrentBias", "bias_hh", { shape: [gates * H], role: "bias", ...recurrent });
      if (own.projection !== undefined) addInner(); // PyTorch's order
      for (const { name, blocks = 1 } of cellVectors(own)) add("vector", name, { shape: [blocks * H], ...vector });
      if (spec.initialState === "learned" && stack !== "decoder") {
        for (const name of stateParts(own))
          add("state", `${name}0`, { ...vector, shape: [stateWidth(own, name)], role: "state", of: "state" });
      }
    }
  }
  return table;
}

/** A stem's or head's `weight` [out, in] and `bias` [out], then where it is normed `norm.weight` and `norm.bias`. */
function dense({ module, index, inputs, width, norm }: DenseLayer, layer: number): ParameterShape[] {
  const table = linear({ module, index }, "weight", layer, inputs, width);
  if (norm === "none") return table;
  const own = { shape: [width], layer, gates: 1, fanIn: 1, fanOut: 1 } as const;
  table.push(row({ module, index, part: "norm.weight" }, { role: "norm_scale", of: "norm_scale", ...own }));
  table.push(row({ module, index, part: "norm.bias" }, { role: "norm_shift", of: "norm_shift", ...own }));
  return table;
}

/** All `layers.*`, then `norms.*`, `activations.*`, `residuals.*`, `gates.*`, then `readout.*`. */
function feedforwardTable(spec: FeedforwardSpec, { inputs, outputs }: NetworkSizes): ParameterShape[] {
  const widths = layerWidths(spec);
  const fans = layerFans(spec, inputs);
  const blocks = layerBlocks(spec);
  const table: ParameterShape[] = [];
  const normOf = (l: number) => hiddenLayerSpec(spec, l).norm;

  for (let l = 0; l < spec.depth; l++) {
    const where = { module: "layers", index: l } as const;
    const make = normFacts(normOf(l)).of === "weights" ? weightNormed : linear;
    table.push(...make(where, "weight", l, fans[l]!, widths[l]!));
  }
  // with "pre" every φ is applied to the input of a layer, before its weight, and the first layer is linear
  const pre = spec.activationPosition === "pre";
  const firstActivated = pre ? 1 : 0;
  const normAt = (l: number, width: number) => {
    if (!normalizesActivations(normOf(l))) return;
    const own = { shape: [width], layer: l, gates: 1, fanIn: 1, fanOut: 1 } as const;
    const where = { module: "norms", index: l } as const;
    table.push(row({ ...where, part: "weight" }, { role: "norm_scale", of: "norm_scale", ...own }));
    if (normFacts(normOf(l)).centers)
      table.push(row({ ...where, part: "bias" }, { role: "norm_shift", of: "norm_shift", ...own }));
  };
  if (spec.normPosition === "pre") for (const { first } of blocks) normAt(first, fans[first]!);
  else if (spec.normPosition === "post") for (const { last } of blocks) normAt(last, widths[last]!);
  else for (let l = firstActivated; l < spec.depth; l++) normAt(l, pre ? fans[l]! : widths[l]!);
  const isLearned = (l: number) => activationFacts(hiddenLayerSpec(spec, l).activation).learnedSlope === true;
  for (let l = firstActivated; l < spec.depth; l++) {
    if (isLearned(l)) table.push(scalar("activations", l, "slope", l));
  }
  const joined = blocks.filter((block) => block.residual);
  const { branch, join } = residualFacts(spec.residual);
  if (branch === "learned") {
    for (const { index, last } of joined) table.push(scalar("residuals", index, "residual", last));
  }
  if (join === "mixture") {
    for (const { index, last } of joined) {
      table.push(...linear({ module: "gates", index }, "gate", last, widths[last]!, widths[last]!));
    }
  }
  return table.concat(linear({ module: "readout" }, "readout", spec.depth, widths.at(-1)!, outputs));
}

/** A module that has a `weight` and a `bias`. */
type LinearModule =
  | { readonly module: "readout" }
  | { readonly module: "stem" | "head" | "layers" | "gates"; readonly index: number };

/** A Linear's `weight` [out, in] and `bias` [out]. */
function linear(
  where: LinearModule,
  role: "weight" | "gate" | "readout",
  layer: number,
  fanIn: number,
  fanOut: number | null,
): ParameterShape[] {
  if (fanOut === null) return [];
  const own = { of: role, layer, gates: 1, fanIn, fanOut } as const;
  return [
    row({ ...where, part: "weight" }, { shape: [fanOut, fanIn], role, ...own }),
    row({ ...where, part: "bias" }, { shape: [fanOut], role: "bias", ...own }),
  ];
}

/** A Linear under weight norm: `weight_g` [out, 1], `weight_v` [out, in] and `bias` [out]. */
function weightNormed(
  where: { readonly module: "layers"; readonly index: number },
  role: "weight",
  layer: number,
  fanIn: number,
  fanOut: number,
): ParameterShape[] {
  const own = { of: role, layer, gates: 1, fanIn, fanOut } as const;
  return [
    row({ ...where, part: "weight_g" }, { shape: [fanOut, 1], role: "weight_scale", ...own }),
    row({ ...where, part: "weight_v" }, { shape: [fanOut, fanIn], role, ...own }),
    row({ ...where, part: "bias" }, { shape: [fanOut], role: "bias", ...own }),
  ];
}

const scalar = (
  module: "activations" | "residuals",
  index: number,
  role: "slope" | "residual",
  layer: number,
): ParameterShape =>
  row({ module, index, part: "weight" }, { shape: [1], role, of: role, layer, gates: 1, fanIn: 1, fanOut: 1 });

/**
 * The number of values that a recurrent network gives to its readout or, without one, to the loss: D·H, or the last
 * width of its head.
 */
export const recurrentFeatures = (spec: RecurrentSpec): number =>
  denseLayers("head", spec.head, 1).at(-1)?.width ?? outputWidth(topSpec(spec)) * (spec.bidirectional ? 2 : 1);

/** H of every hidden layer. */
export const layerWidths = (spec: FeedforwardSpec): number[] =>
  typeof spec.width === "number" ? new Array<number>(spec.depth).fill(spec.width) : [...spec.width];

/**
 * Inputs of every hidden layer: X, then the width before it. Dense connections concatenate all earlier hidden outputs,
 * `[h_0, h_1, …, h_{l−1}]` in this order (Huang et al. 2017), the network's input not among them.
 */
export function layerFans(spec: FeedforwardSpec, inputs: number): number[] {
  const widths = layerWidths(spec);
  let sum = 0; // of the widths before layer l
  return widths.map((width, l) => {
    const fan = l === 0 ? inputs : residualFacts(spec.residual).join === "concatenation" ? sum : widths[l - 1]!;
    sum += width;
    return fan;
  });
}

/** The layers `first` … `last` of one block, which a skip path spans. */
export interface LayerBlock {
  /** k of `residuals.k` and `gates.k`: blocks are counted whether joined by a skip or plain. */
  readonly index: number;
  readonly first: number;
  readonly last: number;
  /** Whether a skip path joins the block's input to its output. */
  readonly residual: boolean;
}

/**
 * The blocks of a feed-forward net. `layers.0` maps X to H and stands outside any block; after it every `blockLayers`
 * layers form one, the last block being shorter when the depth does not divide. A block whose two end widths differ is
 * plain, as are all blocks under `residual: "none"` and "dense" (whose routes are concatenated, not summed, so its
 * blocks are single layers).
 */
export function layerBlocks(spec: FeedforwardSpec): LayerBlock[] {
  const widths = layerWidths(spec);
  const skips = joinsBlocks(spec.residual);
  const span = residualFacts(spec.residual).join === "concatenation" ? 1 : spec.blockLayers;
  const blocks: LayerBlock[] = [];
  for (let first = 1; first < spec.depth; first += span) {
    const last = Math.min(first + span, spec.depth) - 1;
    blocks.push({ index: blocks.length, first, last, residual: skips && widths[first - 1] === widths[last] });
  }
  return blocks;
}
