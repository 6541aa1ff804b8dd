/**
 * A deep feed-forward network's forward pass, as a tape of operations. Axes: B batch · L layers · X inputs · H width.
 *
 * Layer l, by `activationPosition` (N: the normalization, with `normPosition` before or after):
 *   branch, post   F_l(u) = φ(N(W_l u + b_l)) before,  N(φ(W_l u + b_l)) after
 *   pre            F_l(u) = W_l φ(N(u)) + b_l before,  W_l N(φ(u)) + b_l after;  N is as wide as u
 * Block of layers first … last (blocks.ts), its input and its branch joined as join.ts says:
 *   branch, pre    h_last = N_post(join(h_{first−1}, F_last ∘ … ∘ F_first ∘ N_pre (h_{first−1})))
 *   post           the last layer's φ (and its N after) comes behind the join: h_last = N(φ(N_post(join(…))))
 * h_l, station l, is a layer's output, or where a block ends what the block hands on.
 *
 * Decisions:
 * - The stem is h_0 = F_0(x) of the branch form; under `pre` it is linear, h_0 = W_0 x + b_0, with neither φ nor N:
 *   every φ stands before a weight and none is doubled (He 2016b; mean-field theory's h = W φ(h') + b).
 * - The readout takes h_{L−1} as it is: no further φ or N under `pre`.
 * - `norms.{l}` and `activations.{l}` belong to the φ of layer l. With normPosition "pre" each block has
 *   `norms.{first}`, with "post" `norms.{last}`, even a block without a skip path; the stem then has no norm.
 * - activationPosition "post": a norm "before" is in the branch, ahead of the sum (He 2016a); a norm "post" follows the
 *   sum.
 * - Every hidden layer has weight norm, the stem too; readout and gates have none. normPosition does not matter.
 * - dense: layer l ≥ 1 reads [h_0 … h_{l−1}], x not among them.
 * - Dropout multiplies the output of φ, or of the norm after φ.
 * - Stochastic depth, torchvision's with mode "batch": block k of K (all blocks counted) is dropped with probability
 *   p (k + 1)/K (Huang 2016); a kept branch is divided by 1 − that. A block without a skip path is never dropped.
 */
import type { FeedforwardSpec } from "../../src/spec/index.ts";
import { type Block, blocksOf } from "./blocks.ts";
import { type Join, join } from "./join.ts";
import { normalize } from "./normalization.ts";
import { activate, type Learned, linear, type Operation, weightNormedLinear } from "./operations.ts";
import { type Masks, masksOf, maskWords } from "./masks.ts";
import type { Vector } from "./tensor.ts";

/** The fields of a FeedforwardSpec the oracle reads. */
export type FeedforwardOracleSpec = Pick<
  FeedforwardSpec,
  | "width"
  | "depth"
  | "activation"
  | "layerwise"
  | "norm"
  | "normPosition"
  | "normEpsilon"
  | "residual"
  | "blockLayers"
  | "activationPosition"
  | "stochasticDepth"
  | "dropout"
>;

/** A station to shift by `by` during the forward pass, for differences of L in h_l. */
export interface StationNudge {
  readonly l: number;
  readonly b: number;
  readonly i: number;
  readonly by: number;
}

/** One operation of a series and the ledger entry it counts for. */
export interface Stage {
  readonly factor: "gate" | "weights" | "norm" | "scale" | "dropout";
  readonly operation: Operation;
}

export interface BlockTape {
  readonly block: Block;
  /** Layers first … last; a norm on the block's input leads the first, the join's scale ends the last. */
  readonly layers: Stage[][];
  /** Null without a skip path. */
  readonly join: Join | null;
  /** What follows the join, up to the station. */
  readonly tail: Stage[];
}

export interface Tape {
  readonly stem: Stage[];
  readonly blocks: BlockTape[];
  readonly stations: Vector[][]; // h_l [L][B][H_l]
  /** The argument of layer l's φ; a linear stem has none. */
  readonly preactivations: (Vector[] | undefined)[]; // [L][B][·]
}

/** H of every layer. */
export function widthsOf({ width, depth }: FeedforwardOracleSpec): number[] {
  if (typeof width === "number") return new Array<number>(depth).fill(width);
  if (width.length !== depth) throw new Error(`oracle: ${width.length} widths for ${depth} layers`);
  return [...width];
}

/** Layer l's own norm, or that of all layers. */
export const normOf = ({ norm, layerwise }: Pick<FeedforwardOracleSpec, "norm" | "layerwise">, l: number) =>
  layerwise?.[l]?.norm ?? norm;

/** p_k = p (k + 1)/K. */
export const dropProbability = (p: number, k: number, K: number): number => (p * (k + 1)) / K;

/** @param kept whether block k's branch is kept; all are when left out */
export function forward(
  spec: FeedforwardOracleSpec,
  learned: Learned,
  x: Vector[],
  kept?: readonly boolean[],
  nudge?: StationNudge,
  masks: Masks = masksOf(spec, maskWords(0)),
): Tape {
  const { activationPosition, normPosition, residual } = spec;
  const blocks = blocksOf(widthsOf(spec), residual, spec.blockLayers);
  const skips = blocks.filter(({ skip }) => skip).length;
  const stations: Vector[][] = [];
  const preactivations: (Vector[] | undefined)[] = new Array(spec.depth).fill(undefined);

  const apply = (stages: Stage[], factor: Stage["factor"], operation: Operation): Vector[] => {
    stages.push({ factor, operation });
    return operation.output;
  };
  const weights = (stages: Stage[], l: number, u: Vector[]) =>
    apply(stages, "weights", (normOf(spec, l) === "weight" ? weightNormedLinear : linear)(learned, `layers.${l}`, u));
  const normed = (stages: Stage[], position: typeof normPosition, l: number, u: Vector[]) => {
    const norm = normOf(spec, l);
    if (norm === "none" || norm === "weight" || normPosition !== position) return u;
    return apply(stages, "norm", normalize(learned, norm, `norms.${l}`, u, spec.normEpsilon));
  };
  const activated = (stages: Stage[], l: number, u: Vector[]) => {
    preactivations[l] = u;
    const h = normed(
      stages,
      "after",
      l,
      apply(stages, "gate", activate(learned, spec.layerwise?.[l]?.activation ?? spec.activation, l, u)),
    );
    return spec.dropout === undefined ? h : apply(stages, "dropout", dropout(h, l));
  };
  const dropout = (h: Vector[], l: number): Operation => {
    const struck = (rows: Vector[]) => rows.map((row, b) => row.map((value, i) => value * masks.input(l, -1, b, i)));
    return { output: struck(h), adjoint: struck };
  };
  const station = (l: number, h: Vector[]) => {
    stations[l] =
      nudge?.l === l ? h.map((row, b) => (b === nudge.b ? row.with(nudge.i, row[nudge.i] + nudge.by) : row)) : h;
  };
  const branchFactor = ({ index, skip }: Block): number | undefined => {
    if (spec.stochasticDepth === 0 || !skip) return undefined;
    const p = dropProbability(spec.stochasticDepth, index, blocks.length);
    return (kept?.[index] ?? true) && p < 1 ? 1 / (1 - p) : 0;
  };

  const stem: Stage[] = [];
  const first = weights(stem, 0, x);
  station(0, activationPosition === "pre" ? first : activated(stem, 0, normed(stem, "before", 0, first)));

  const tape = blocks.map((block): BlockTape => {
    const layers: Stage[][] = [];
    const tail: Stage[] = [];
    const h = stations[block.first - 1];
    let u = residual === "dense" ? h.map((_, b) => stations.flatMap((earlier) => earlier[b])) : h;
    for (let l = block.first; l <= block.last; l++) {
      const stages: Stage[] = [];
      layers.push(stages);
      if (l === block.first) u = normed(stages, "pre", l, u);
      else u = stations[l - 1];
      if (activationPosition === "pre") {
        u = weights(stages, l, activated(stages, l, normed(stages, "before", l, u)));
      } else {
        u = normed(stages, "before", l, weights(stages, l, u));
        if (activationPosition === "branch" || l < block.last) u = activated(stages, l, u);
      }
      if (l < block.last) station(l, u);
    }
    const joined = block.skip ? join(learned, residual, block, h, u, skips, branchFactor(block)) : null;
    if (joined?.scale) layers.at(-1)!.push({ factor: "scale", operation: joined.scale });
    u = normed(tail, "post", block.last, joined?.output ?? u);
    if (activationPosition === "post") u = activated(tail, block.last, u);
    station(block.last, u);
    return { block, layers, join: joined, tail };
  });
  return { stem, blocks: tape, stations, preactivations };
}
