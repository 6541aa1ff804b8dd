import { isClassLoss, lossFacts } from "../../catalogue/index.ts";
import type { Batch } from "../../tasks/batch.ts";
import type { Arena } from "../engine.ts";
import { feedLossWeights } from "../loss.ts";
import { dropoutRule, feedMasks, type MaskSeed, zoneoutRule } from "../masks.ts";
import { toPanels } from "../panels.ts";
import { tokensOf } from "../tokens.ts";
import { type Geometry, hasMasks } from "./geometry.ts";
import { aligned, lengthPanels, type Order, ordered, orderOf, stepsWithLoss } from "./lengths.ts";
import { feedRows, feedState, type StateRows } from "./state.ts";

/* How a batch gets into the memory of a recurrent pass: panels of eight samples, the longest samples first. */

/** Number of floats that are copied at once: 8 MB. */
const STAGED = 2 ** 21;

/** The facts of a batch that the pass needs after copying it in. */
export interface FedBatch {
  readonly order: Order;
  /**
   * Number of losses: one per sample, or one for every step (of the decoder, if there is one) that is neither padding
   * nor ignored.
   */
  readonly losses: number;
  /** Whether the batch has the first state of its sequences. */
  readonly begun: boolean;
}

/** Numbers of one target: a class, or one of each output. */
const targetSize = ({ loss, sizes, features }: Geometry): number =>
  isClassLoss(loss) ? 1 : (sizes.outputs ?? features);

export function fedBatch(g: Geometry, { lengths, targets, state }: Batch): FedBatch {
  const order = orderOf(g, lengths);
  const begun = state !== undefined;
  if (!g.lossEvery) return { order, losses: g.B, begun };
  const losses = targets === undefined ? order.steps : stepsWithLoss(targets, order, targetSize(g), g.T - g.bottleneck);
  return { order, losses, begun };
}

/** ∂(mean loss)/∂(summed loss): PyTorch's reduction="mean", over every step that has a loss. */
export const lossScale = ({ sizes, features, loss }: Geometry, { losses }: FedBatch): number =>
  1 / (losses * (lossFacts(loss).meanOverOutputs ? (sizes.outputs ?? features) : 1));

/**
 * Copies a batch in: first the targets, then the inputs, a few steps at a time, with a pause after each part.
 *
 * @param firstState the state with which sequences begin if the batch has none; undefined for zero
 */
export function* copyIn(
  arena: Arena,
  g: Geometry,
  batch: Batch,
  fed: FedBatch,
  maskSeed: MaskSeed,
  firstState: StateRows | undefined,
): Generator<void, void> {
  const { order } = fed;
  lengthPanels(arena.i32("lengths"), order);
  if (hasMasks(g)) drawMasks(arena, g, order, batch.firstSample ?? 0, maskSeed);
  copyTargets(arena, g, batch, fed);
  if (batch.state !== undefined) feedState(arena, g, order, batch.state);
  else if (firstState !== undefined) feedRows(arena, g, order, firstState);
  if (g.vocabulary > 0) copyTokens(arena, g, batch, order);
  else yield* copyInputs(arena, g, batch, order);
  if (hasMasks(g)) arena.core.recurrentMask(arena.address("pass"));
}

/** Values [steps, B, N] in the order of the pass: the longest samples first, each ending at the last step. */
function inOrder<Values extends Float32Array | Int32Array>(
  { T }: Geometry,
  { lengths }: Batch,
  order: Order,
  values: Values,
  steps: number,
  N: number,
): Values {
  if (lengths === undefined) return values;
  return steps === T ? aligned(values, order, T, N) : ordered(values, order, N);
}

function copyTargets(arena: Arena, g: Geometry, batch: Batch, fed: FedBatch): void {
  arena.f32("lossScales").fill(lossScale(g, fed));
  if (batch.targets !== undefined && g.loss !== "none") {
    const steps = g.lossEvery ? g.T : 1;
    const N = targetSize(g);
    const targets = inOrder(g, batch, fed.order, batch.targets, steps, N);
    toPanels(targets instanceof Int32Array ? arena.i32("targets") : arena.f32("targets"), targets, steps, g.B, N);
  }
  if (arena.plan.tensors.has("lossWeights")) {
    const most = g.T - g.bottleneck;
    feedLossWeights(arena.f32("lossWeights"), batch, g.sizes.outputs ?? g.features, fed.losses, most);
  }
}

/** Copies the tokens in and looks up their vectors. */
function copyTokens(arena: Arena, g: Geometry, batch: Batch, order: Order): void {
  let tokens = tokensOf(batch);
  if (batch.lengths !== undefined) {
    // tokens count from 1 while they are moved, so padding, which is 0, becomes −1
    tokens = aligned(
      tokens.map((token) => token + 1),
      order,
      g.T,
      1,
    ).map((token) => token - 1);
  }
  toPanels(arena.i32("tokens"), tokens, g.T, g.B, 1);
  arena.core.recurrentEmbed(arena.address("pass"));
}

/** Copies the inputs: first into the memory of the pass's tape, from there into panels. */
function* copyInputs(arena: Arena, g: Geometry, { inputs, lengths }: Batch, order: Order): Generator<void, void> {
  const { B, T, X, layers } = g;
  if (g.inputRows) {
    const rows = lengths === undefined ? inputs : aligned(inputs, order, T, X);
    for (let i = 0; i < rows.length; i += STAGED) {
      arena.f32("inputRows").set(rows.subarray(i, i + STAGED), i);
      yield;
    }
    return;
  }
  const tape = `tape_${layers[0].suffix}`;
  const steps = X === 0 ? T : Math.floor(Math.min(arena.f32(tape).length, STAGED) / (B * X));
  if (steps === 0) {
    toPanels(arena.f32("inputs"), lengths === undefined ? inputs : aligned(inputs, order, T, X), T, B, X);
  } else if (lengths !== undefined) toPanels(arena.i32("order"), order.samples, 1, B, 1);
  for (let t = 0; t < T && steps > 0; t += steps) {
    const [count, from, to] = [Math.min(steps, T - t), arena.address(tape), arena.address("inputs")];
    arena.f32(tape).set(inputs.subarray(t * B * X, (t + count) * B * X));
    if (lengths === undefined) arena.core.packBatch(to + t * X * 32, T * X * 32, from, count, B, X);
    else arena.core.packAligned(to, T, from, t, count, B, X, arena.address("order"), arena.address("lengths"));
    yield;
  }
}

/** @param first the first sample's number in the whole batch */
function drawMasks(
  arena: Arena,
  { spec, stem, head }: Geometry,
  { samples }: Order,
  first: number,
  seed: MaskSeed,
): void {
  const { dropout, variationalDropout, recurrentDropout, zoneout } = spec;
  feedMasks(
    arena,
    samples.map((sample) => first + sample),
    seed,
    [
      dropoutRule(dropout ?? variationalDropout, seed),
      dropoutRule(recurrentDropout, seed),
      zoneoutRule(zoneout, seed),
      ...[...stem, ...head].map((layer) => dropoutRule(layer.dropout, seed)),
    ],
  );
}
