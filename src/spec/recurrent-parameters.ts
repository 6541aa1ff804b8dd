import { CELL_TABLE, cellVectors, gatesOf, innerMatrixOf } from "../catalogue/index.ts";
import { type StackName, stacksOf } from "./decoder.ts";
import { type DenseLayer, denseLayers } from "./dense.ts";
import type { RecurrentSpec } from "./index.ts";
import { stateParts, stateWidth } from "./initial-state.ts";
import { layerSpec, outputWidth, topSpec } from "./layers.ts";
import type { RecurrentPart } from "./parameter-place.ts";
import { linear, type NetworkSizes, type ParameterShape, row } from "./parameter-shape.ts";

/**
 * `embedding.weight` [X, E] if inputs are tokens (the X of `rnn.weight_ih_l0` is then E); `rnn.weight_ih_l0` [G·H, X],
 * `rnn.weight_hh_l0` [G·H, H], a matrix inside the step [H, H] if the cell has one, `rnn.bias_ih_l0` [G·H],
 * `rnn.bias_hh_l0`, the matrix [P, H] of a projection of h (P then replaces H in W_hh and in everything that reads h),
 * the cell's own vectors [H], a learned first state `rnn.h0_l0` [H] and `rnn.c0_l0`, then the same with `_l0_reverse`
 * for D = 2 directions, then `_l1` … The output of a level has D·H numbers. A cell without W_hh has no b_hh either. The
 * names of an encoder and a decoder begin with `encoder.` and `decoder.` instead of `rnn.`. The layers of a stem,
 * `stem.0.weight` …, come before them, those of a head, `head.0.weight` …, before the readout.
 */
export function recurrentTable(spec: RecurrentSpec, { inputs, outputs }: NetworkSizes): ParameterShape[] {
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

/** The layers of one stack; the lowest one reads `features` numbers at each step. */
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

/**
 * The `weight` [out, in] and `bias` [out] of a layer of a stem or head, then `norm.weight` and `norm.bias` if it has a
 * norm.
 */
function dense({ module, index, inputs, width, norm }: DenseLayer, layer: number): ParameterShape[] {
  const table = linear({ module, index }, "weight", layer, inputs, width);
  if (norm === "none") return table;
  const own = { shape: [width], layer, gates: 1, fanIn: 1, fanOut: 1 } as const;
  table.push(row({ module, index, part: "norm.weight" }, { role: "norm_scale", of: "norm_scale", ...own }));
  table.push(row({ module, index, part: "norm.bias" }, { role: "norm_shift", of: "norm_shift", ...own }));
  return table;
}

/**
 * The number of values that a recurrent network gives to its readout or, without one, to the loss: D·H, or the last
 * width of its head.
 */
export const recurrentFeatures = (spec: RecurrentSpec): number =>
  denseLayers("head", spec.head, 1).at(-1)?.width ?? outputWidth(topSpec(spec)) * (spec.bidirectional ? 2 : 1);
