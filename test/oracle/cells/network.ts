/**
 * A stack of cells from their equations: loss, every gradient, ∂L/∂h_t and ∂L/∂c_t, and what reached each step by each route.
 * Axes: B batch · T steps · L layers · X inputs · H hidden · Y outputs. Squared error at the last or every step, or Σ_H h_T over B.
 */
import { CELL_TABLE } from "../../../src/catalogue/index.ts";
import { firstStack, hasDecoder } from "../../../src/spec/decoder.ts";
import { layerSpec, layerSpecs } from "../../../src/spec/layers.ts";
import type { RecurrentSpec } from "../../../src/spec/recurrent.ts";
import { type Masks, masksOf } from "../masks.ts";
import { rows, type Parameters } from "../tensor.ts";
import { alias, backward, constant, minus, partial, plus, Scalar, times } from "./autodiff.ts";
import { stepOf, type Weights } from "./equations.ts";

export interface CellBatch {
  readonly batch: number;
  readonly steps: number;
  readonly inputSize: number;
  readonly inputs: ArrayLike<number>; // [T, B, X]
  readonly targets?: ArrayLike<number> | undefined; // [B, Y] or [T, B, Y]
  readonly lossAt: "last" | "every";
  /** D, the last steps: a decoder's, and with a loss at every step the only ones that have one. */
  readonly decoderSteps?: number | undefined;
}

/** Norms over batch and units, a value a step each. */
export interface CellLayer {
  readonly delta: Float64Array; // ‖∂L/∂h_t‖
  readonly deltaCell: Float64Array; // ‖∂L/∂c_t‖; empty without a cell state
  /**
   * Norms of the parts of δ_t, or of ∂L/∂c_t if there is one, that come from the later step: through the weights, and
   * by the direct route.
   */
  readonly hidden: Float64Array;
  readonly carry: Float64Array;
  /** The norm of the part that comes over a skip in time. */
  readonly skip: Float64Array;
  /** The norm of the part that comes from the level above or the loss. */
  readonly outside: Float64Array;
  /** ‖∂L/∂a_t‖ where the cell has one pre-activation a unit. */
  readonly gate: Float64Array;
  /** The same after the adjoint of its normalization. */
  readonly normed: Float64Array;
  /** With dropout: ‖what reached it by the weights, and from the level above, ahead of the mask‖. */
  readonly hiddenWhole: Float64Array;
  readonly outsideWhole: Float64Array;
  /** With zoneout: ‖(1 − m) ⊙ ∂L/∂h_t‖, ‖what reached it because the state stayed‖, and of a cell state the routes without their 1 − m. */
  readonly updated: Float64Array;
  readonly kept: Float64Array;
  readonly hiddenOpen: Float64Array;
  readonly carryOpen: Float64Array;
  readonly outsideOpen: Float64Array;
  /** ‖∂L/∂W_hh‖ of step t alone, or of the vector that takes its place, summed over the batch. */
  readonly contributions: Float64Array;
}

export interface CellResult {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Float64Array>>;
  readonly layers: readonly CellLayer[];
}

type State = { h: Scalar[]; c: Scalar[] };
/** The copies of a step's inputs, one for each route. */
interface Trace extends State {
  a?: Scalar[] | undefined;
  raw?: Scalar[] | undefined;
  /** h' as the input of the weights, h' as the input of the cell, and c'. */
  weights: Scalar[];
  held: Scalar[];
  cell: Scalar[];
  /** The recurrent parameter as this step used it. */
  own: readonly Scalar[];
  /** The vector that W_hh multiplies: `weights`, after dropout if there is any. */
  operand: Scalar[];
  /** h and c before zoneout. */
  made: State;
  /** h' and c' as they stayed, and the shares that did. */
  stayed: State;
  shares: { h: number[]; c: number[] };
  /** h after the mask on the way to the level above. */
  masked?: Scalar[];
  /** h of s steps before, as it was added; empty without a skip over time. */
  skipped: Scalar[];
  /** h as the input of the level above or the loss. */
  outside: Scalar[];
}

/** The loss alone. */
export const lossOfCells = (
  spec: RecurrentSpec,
  parameters: Parameters,
  batch: CellBatch,
  masks: Masks = masksOf({}, null),
): number => unroll(spec, parameters, batch, masks).loss.value;

/** @param masks the masks that a spec with dropout or zoneout draws */
export function runCells(
  spec: RecurrentSpec,
  parameters: Parameters,
  batch: CellBatch,
  masks: Masks = masksOf({}, null),
): CellResult {
  const { scalars, traces, loss } = unroll(spec, parameters, batch, masks);
  backward(loss);
  return {
    loss: loss.value,
    gradients: Object.fromEntries(
      Object.entries(scalars).map(([name, each]) => [name, Float64Array.from(each, ({ gradient }) => gradient)]),
    ),
    layers: traces.map((layer, l) => summary(layer, dilationOf(spec, l), spec.timeSkip?.steps ?? 0)),
  };
}

function unroll(spec: RecurrentSpec, parameters: Parameters, batch: CellBatch, masks: Masks) {
  const { batch: B, steps: T, inputSize: X, decoderSteps = T } = batch;
  const bottleneck = T - decoderSteps;
  const scalars = Object.fromEntries(
    Object.entries(parameters).map(([name, { data }]) => [name, Array.from(data, (value) => new Scalar(value))]),
  );
  const samples = rows(batch.inputs, X);
  let input = Array.from({ length: T }, (_, t) =>
    Array.from({ length: B }, (_, b) =>
      samples[t * B + b].map((value, i) =>
        constant(spec.variationalDropout === undefined ? value : value * masks.input(0, t, b, i)),
      ),
    ),
  );
  const scaled = (by: number, x: Scalar) => times(constant(by), x);
  const traces: Trace[][][] = []; // [L][T][B]
  for (let l = 0; l < spec.layers; l++) {
    const layerOwn = layerSpec(spec, l);
    const [H, step] = [layerOwn.hidden, stepOf(layerOwn)];
    const dilation = dilationOf(spec, l);
    const layer: Trace[][] = [];
    const { recurrentVector = "weight_hh" } = CELL_TABLE[layerOwn.cell];
    for (let t = 0; t < T; t++) {
      const stack = !hasDecoder(spec) ? "rnn" : t < bottleneck ? "encoder" : "decoder";
      const of = (name: string) => scalars[`${stack}.${name}_l${l}`] ?? [];
      const w: Weights = {
        ih: of("weight_ih"),
        hh: of("weight_hh"),
        bih: of("bias_ih"),
        bhh: of("bias_hh"),
        vector: of,
      };
      const own = of(recurrentVector).map(alias);
      const ofStep: Weights = {
        ...w,
        hh: recurrentVector === "weight_hh" ? own : w.hh,
        vector: (name) => (name === recurrentVector ? own : of(name)),
      };
      layer.push(
        input[t].map((x, b) => {
          const previous = layer[t - dilation]?.[b] ?? firstState(spec, scalars, l, H);
          const [weights, held, cell] = [previous.h.map(alias), previous.h.map(alias), previous.c.map(alias)];
          const operand =
            spec.recurrentDropout === undefined
              ? weights
              : weights.map((value, i) => scaled(masks.recurrent(l, b, i), value));
          const made = step(ofStep, x, { h: operand, held, c: cell }, layerOwn);
          const stayed = { h: previous.h.map(alias), c: previous.c.map(alias) };
          const shares = {
            h: made.h.map((_, i) => masks.hidden(l, t, b, i)),
            c: made.c.map((_, i) => masks.cell(l, t, b, i)),
          };
          const zoned = (part: "h" | "c") =>
            made[part].map((own, i) =>
              plus(scaled(shares[part][i], stayed[part][i]), scaled(1 - shares[part][i], own)),
            );
          const after = spec.zoneout === undefined ? made : { ...made, h: zoned("h"), c: zoned("c") };
          const before = () => firstState(spec, scalars, l, H).h;
          const skipped = spec.timeSkip ? (layer[t - spec.timeSkip.steps]?.[b].h ?? before()).map(alias) : [];
          const scale = constant(spec.timeSkip?.scale ?? 0);
          const h = spec.timeSkip ? after.h.map((own, i) => plus(own, times(scale, skipped[i]))) : after.h;
          const traced = { own, weights, operand, held, cell, made, stayed, shares, skipped, outside: h.map(alias) };
          return { ...after, h, ...traced };
        }),
      );
    }
    traces.push(layer);
    const masksAbove = (spec.dropout ?? spec.variationalDropout) !== undefined && l + 1 < spec.layers;
    input = layer.map((states, t) =>
      states.map((trace, b) => {
        if (!masksAbove) return trace.outside;
        trace.masked = trace.outside.map((value, i) => scaled(masks.input(l + 1, t, b, i), value));
        return trace.masked;
      }),
    );
  }
  return { scalars, traces, loss: lossOf(scalars, input, batch) };
}

/** The state before the first step: zero, the numbers of the spec, or parameters. */
function firstState(
  { initialState, ...spec }: RecurrentSpec,
  scalars: Record<string, Scalar[]>,
  l: number,
  hidden: number,
): State {
  const part = (name: "h" | "c") => {
    if (initialState === "learned") return scalars[`${firstStack(spec)}.${name}0_l${l}`] ?? [];
    const rows = typeof initialState === "object" ? initialState[name] : undefined;
    // c has rows of the layers with a cell state only
    const below =
      name === "h"
        ? l
        : layerSpecs(spec)
            .slice(0, l)
            .filter(({ cell }) => CELL_TABLE[cell].cellState).length;
    const row = rows?.[below];
    const count = name === "h" ? (spec.projection ?? hidden) : hidden;
    return Array.from({ length: count }, (_, i) => constant(Math.fround(row?.[i] ?? 0)));
  };
  return { h: part("h"), c: part("c") };
}

function lossOf(
  scalars: Record<string, Scalar[]>,
  top: Scalar[][][],
  { batch: B, steps: T, targets, lossAt, decoderSteps = T }: CellBatch,
): Scalar {
  if (targets === undefined) return times(constant(1 / B), plus(...top[T - 1].flat()));
  const scored = lossAt === "every" ? top.slice(T - decoderSteps).flat() : top[T - 1];
  const bias = scalars["readout.bias"];
  const outputs = scored.flatMap((h) =>
    bias === undefined
      ? h
      : bias.map((b, y) => plus(b, ...h.map((value, i) => times(scalars["readout.weight"][y * h.length + i], value)))),
  );
  const ignored = targets.length - outputs.length; // of steps before the decoder's
  const errors = outputs.map((y, n) => minus(y, constant(targets[ignored + n])));
  return times(constant(1 / errors.length), plus(...errors.map((error) => times(error, error))));
}

const norm = (values: number[]) => Math.hypot(...values);

function summary(layer: Trace[][], dilation: number, skip: number): CellLayer {
  const T = layer.length;
  const hasCell = layer[0][0].c.length > 0;
  const series = (of: (trace: Trace, later: Trace | undefined) => number[], apart = dilation) =>
    Float64Array.from({ length: T }, (_, t) => norm(layer[t].flatMap((trace, b) => of(trace, layer[t + apart]?.[b]))));
  const gradients = (scalars: readonly Scalar[] | undefined) => (scalars ?? []).map(({ gradient }) => gradient);
  // ∂h/∂c at constant a: what a gradient of h is worth at c; behind a projection every h depends on every c
  const slopes = new Map(
    layer.flat().map(({ made, h, c, skipped }) => {
      const [ofH, ofC] = skipped.length > 0 ? [h, c] : [made.h, made.c];
      const full = ofH.length < ofC.length;
      return [c, ofC.map((each, i) => (full ? ofH.map((h) => partial(h, each)) : partial(ofH[i], each)))];
    }),
  );
  const open = (trace: Trace, u: number[]) => {
    if (!hasCell || u.length === 0) return u;
    return slopes
      .get(trace.c)!
      .map((slope, i) =>
        typeof slope === "number" ? u[i] * slope : slope.reduce((sum, each, j) => sum + each * u[j], 0),
      );
  };
  // with zoneout only a part of δ reaches the cell's h
  const updating = ({ shares }: Trace, part: "h" | "c", u: number[]) =>
    u.map((value, i) => value * (1 - shares[part][i]));
  const worth = (trace: Trace, u: number[]) => (hasCell ? open(trace, updating(trace, "h", u)) : u);
  const worthCell = (trace: Trace, u: number[]) => (hasCell ? updating(trace, "c", u) : u);
  return {
    delta: series(({ h }) => gradients(h)),
    deltaCell: hasCell ? series(({ made }) => gradients(made.c)) : new Float64Array(),
    hidden: series((trace, later) => worth(trace, gradients(later?.weights))),
    carry: series((trace, later) => worthCell(trace, gradients(hasCell ? later?.cell : later?.held))),
    hiddenWhole: series((trace, later) => open(trace, gradients(later?.operand))),
    outsideWhole: series((trace) => open(trace, gradients(trace.masked ?? trace.outside))),
    updated: series((trace) => updating(trace, "h", gradients(trace.h))),
    kept: series((trace, later) => {
      const ofH = worth(trace, gradients(later?.stayed.h));
      if (!hasCell || later === undefined) return ofH;
      return worthCell(trace, gradients(later.stayed.c)).map((value, i) => value + ofH[i]);
    }),
    hiddenOpen: series((trace, later) => open(trace, gradients(later?.weights))),
    carryOpen: series((_, later) => gradients(hasCell ? later?.cell : later?.held)),
    outsideOpen: series((trace) => open(trace, gradients(trace.outside))),
    skip: series((trace, later) => worth(trace, gradients(later?.skipped)), skip),
    outside: series((trace) => worth(trace, gradients(trace.outside))),
    gate: series(({ a }) => gradients(a)),
    normed: series(({ raw }) => gradients(raw)),
    contributions: Float64Array.from(layer, ([{ own }]) => norm(gradients(own))),
  };
}

/** s of layer l: step t reads the state of step t − s. */
export const dilationOf = ({ dilation }: RecurrentSpec, l: number): number =>
  typeof dilation === "number" ? dilation : dilation[l];
