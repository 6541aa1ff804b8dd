import { laneSquares } from "../kernels/lanes";
import { blend, Masked, masked, maskKeys, part, unmasked, WHOLE } from "../layers/mask";
import { Route } from "../records/kinds";
import { Dropout, Layer, Mask, padded, panelBytes, Stream, TimePass } from "../records/pass";
import { WEYL } from "../math/random";
import { layerOf, outputAt, slotOf, stateAt } from "./places";
import { addPanel, addProduct, multiply, storeSquares } from "./routes";

/*
 * Dropout in a stack over time, m a mask of `layers/mask.ts`:
 *
 *     between levels   x_t = m_t ⊙ h_t of the level below, all of its directions together (PyTorch's dropout)
 *     one a sequence   x_t = m ⊙ (…), the first level's input too (Gal and Ghahramani 2016)
 *     recurrent        a_t = W_ih x_t + W_hh (m ⊙ h_{t−1}), m one a sequence; a direct route keeps h_{t−1} whole
 *     dense layers     out = m_t ⊙ φ(…), drawn anew at every step; one a sequence where a head reads one vector of it
 *     zoneout          h_t = m_t ⊙ h_{t−1} + (1 − m_t) ⊙ ĥ_t, ĥ_t what the cell makes; so c_t, by a mask of its own,
 *                      ĥ_t from ĉ_t (Krueger et al. 2017, equation 6)
 *
 * A sample's steps are counted from its own first one. So neither its place in the batch nor the lengths of other
 * samples change its masks.
 */

@inline function dropoutOf(pass: TimePass): Dropout { return changetype<Dropout>(pass.dropout); }

/** Places of a panel's masks; those of dense layers follow. */
const INPUT: i32 = 0, RECURRENT: i32 = 1, ZONEOUT: i32 = 2, DENSE: i32 = 3;

/** The mask of panel p. */
@inline function maskOf(pass: TimePass, which: i32, p: i32): Mask {
  return changetype<Mask>(dropoutOf(pass).masks + <usize>(p * dropoutOf(pass).count + which) * offsetof<Mask>());
}

/** [8] steps; [2][8] keys. */
const STEPS = memory.data(32, 16);
const KEYS = memory.data(64, 16);

/** The step of each sample of panel p, counted from its first. */
function stepsOf(pass: TimePass, p: i32, t: i32): usize {
  const lengths = pass.lengths + (<usize>p << 5), before = i32x4.splat(t - pass.steps);
  v128.store(STEPS, i32x4.add(v128.load(lengths), before));
  v128.store(STEPS, i32x4.add(v128.load(lengths, 16), before), 16);
  return STEPS;
}

/** The keys of a mask of panel p at step t, or of a mask that a whole sequence shares where t is WHOLE. */
function keysAt(pass: TimePass, what: i32, layer: i32, p: i32, t: i32): usize {
  const own = dropoutOf(pass), samples = own.samples + (<usize>p << 5);
  const seeds = own.seeds + (<usize>p << 3), steps: usize = t == WHOLE ? 0 : stepsOf(pass, p, t);
  maskKeys(KEYS, load<u32>(seeds), load<u32>(seeds, 4), what, layer, samples, steps);
  return KEYS;
}

/** Whether there is a mask on what level l gets. */
@inline function masksInput(pass: TimePass, l: i32): bool {
  return pass.dropout != 0 && dropoutOf(pass).inputs != 0 && (l > 0 || dropoutOf(pass).wholeSequence != 0);
}

@inline function inputKeys(pass: TimePass, l: i32, p: i32, t: i32): usize {
  return keysAt(pass, Masked.Input, l, p, dropoutOf(pass).wholeSequence ? WHOLE : t);
}

/**
 * inputs [P][T][X][8] ← m ⊙ inputs, where the first level's inputs are masked. The host calls this once for every batch
 * that it copies in.
 */
export function maskInputs(pass: TimePass): void {
  if (!masksInput(pass, 0)) return;
  let x = pass.inputs;
  for (let p = 0; p < pass.panels; p++) {
    const keys = inputKeys(pass, 0, p, 0);
    for (let t = 0; t < pass.steps; t++) {
      masked(x, x, maskOf(pass, INPUT, p), keys, pass.inputSize);
      x += panelBytes(pass.inputSize);
    }
  }
}

/**
 * Writes the output of level l at steps from ≤ t < to: h of both directions side by side, multiplied by m where the
 * input of the level above is masked.
 */
export function writeLevelOutput(pass: TimePass, l: i32, p: i32, from: i32, to: i32, firstStored: i32): void {
  const forward = layerOf(pass, l * pass.directions), slot = slotOf(pass, p);
  if (forward.joined == 0) return;
  const masks = l + 1 < pass.layers && masksInput(pass, l + 1), bytes = panelBytes(forward.outputs);
  const width = pass.directions * forward.outputs;
  for (let t = from; t < to; t++) {
    const out = outputAt(pass, l, slot, t, firstStored), h = stateAt(pass, forward, slot, t, firstStored);
    if (pass.directions > 1) {
      const reversed = layerOf(pass, 2 * l + 1);
      memory.copy(out, h, bytes);
      memory.copy(out + bytes, stateAt(pass, reversed, slot, pass.steps - 1 - t, 0), bytes);
      if (masks) masked(out, out, maskOf(pass, INPUT, p), inputKeys(pass, l + 1, p, t), width);
    } else masked(out, h, maskOf(pass, INPUT, p), inputKeys(pass, l + 1, p, t), width);
  }
}

/** above ← m ⊙ above, where `above` is ∂L/∂x of the level above from its row `row` on, which level l receives. */
export function maskAbove(pass: TimePass, l: i32, p: i32, t: i32, above: usize, row: i32, rows: i32): void {
  const keys = inputKeys(pass, l + 1, p, t);
  // the counters of a direction's rows continue those of the direction before
  const at = i32x4.splat(row * WEYL);
  v128.store(keys, i32x4.add(v128.load(keys), at)); v128.store(keys, i32x4.add(v128.load(keys, 16), at), 16);
  masked(above, above, maskOf(pass, INPUT, p), keys, rows);
}

/** m ⊙ ∂L/∂x of the first level's input at step t, where that is masked. */
export function maskFirst(pass: TimePass, p: i32, t: i32, x: usize): void {
  masked(x, x, maskOf(pass, INPUT, p), inputKeys(pass, 0, p, t), pass.inputSize);
}

/** Whether the first level's input goes through a mask. */
@inline export function masksFirst(pass: TimePass): bool { return masksInput(pass, 0); }

/** Whether the gradient that level l receives from above goes through a mask. */
@inline export function masksAbove(pass: TimePass, l: i32): bool {
  return l + 1 < pass.layers && masksInput(pass, l + 1);
}

/** What W_hh multiplies in a step: h, or m ⊙ h, which is kept at `operand`. */
export function maskRecurrent(pass: TimePass, layer: Layer, n: i32, p: i32, operand: usize, h: usize): void {
  masked(operand, h, maskOf(pass, RECURRENT, p), keysAt(pass, Masked.Recurrent, n, p, WHOLE), layer.outputs);
}

/** From the gradient with respect to m ⊙ h, which W_hh multiplied, the gradient with respect to h; in place. */
export function maskCarry(pass: TimePass, layer: Layer, n: i32, p: i32, carry: usize): void {
  masked(carry, carry, maskOf(pass, RECURRENT, p), keysAt(pass, Masked.Recurrent, n, p, WHOLE), layer.outputs);
}

/**
 * panel ← m ⊙ panel, the output at step t of the dense layer whose mask is at `place`, or the gradient of that output.
 */
export function maskDense(pass: TimePass, place: i32, p: i32, t: i32, panel: usize, rows: i32): void {
  masked(panel, panel, maskOf(pass, place, p), keysAt(pass, Masked.Dense, place - DENSE, p, t), rows);
}

@inline export function hasZoneout(pass: TimePass): bool { return pass.dropout != 0 && dropoutOf(pass).zoneout != 0; }

/** next ← m ⊙ previous + (1 − m) ⊙ next, h and c. */
export function zoneoutForward(
  pass: TimePass, layer: Layer, n: i32, p: i32, t: i32, previous: usize, next: usize,
): void {
  const zoneoutMask = maskOf(pass, ZONEOUT, p), slab = panelBytes(padded(layer.hidden));
  blend(next, previous, zoneoutMask, keysAt(pass, Masked.Hidden, n, p, t), layer.hidden);
  if (layer.direct != Route.Cell) return;
  blend(next + slab, previous + slab, zoneoutMask, keysAt(pass, Masked.Cell, n, p, t), layer.hidden);
}

/**
 * Adds to the carry the gradients of h and c that reach this step because zoneout kept the state. Both are in the frame
 * of the carry.
 */
export function addKept(layer: Layer, carry: usize): void {
  const slab = panelBytes(padded(layer.hidden)), kept = carry + panelBytes(layer.keptAt);
  addPanel(carry, kept, layer.hidden);
  if (layer.direct == Route.Cell) addPanel(carry + slab, kept + slab, layer.hidden);
}

/**
 * Splits δ_t and u_t = ∂L/∂c_t into the part of the state that stayed and the part that the cell computed: carry ← (1 −
 * m) ⊙ δ, and γ = ∂L/∂ĉ_t ← (1 − m) ⊙ u + q ⊙ (1 − m) ⊙ δ.
 */
export function zoneoutBackward(
  pass: TimePass, layer: Layer, n: i32, p: i32, t: i32, carry: usize, sensitivity: usize,
): void {
  const zoneoutMask = maskOf(pass, ZONEOUT, p), slab = panelBytes(padded(layer.hidden)), H = layer.hidden;
  const kept = carry + panelBytes(layer.keptAt);
  part(kept, carry, zoneoutMask, keysAt(pass, Masked.Hidden, n, p, t), H);
  if (layer.direct != Route.Cell) return;
  part(kept + slab, carry + slab, zoneoutMask, keysAt(pass, Masked.Cell, n, p, t), H);
  addProduct(carry + slab, carry, sensitivity, H);
}

/**
 * Records the norms of the routes into ĉ_t under zoneout: of each route at c, and of the part that 1 − m leaves of it.
 * All are in the frames `from`; `injection` has frames of its own and is 0 where there is none.
 */
export function recordZonedRoutes(
  pass: TimePass, stream: Stream, layer: Layer, n: i32, p: i32, t: i32, sample: usize, lanes: i32, carry: usize,
  from: usize, injection: usize, injectionFrom: usize, exponents: usize, sensitivity: usize, squares: usize,
): void {
  const zoneoutMask = maskOf(pass, ZONEOUT, p), H = layer.hidden, slab = panelBytes(padded(H));
  const kept = carry + panelBytes(layer.keptAt), direct = carry + slab;
  const q = dropoutOf(pass).work, work = q + slab, other = work + slab; // q: (1 − m) ⊙ ∂h/∂c
  unmasked(q, sensitivity, zoneoutMask, keysAt(pass, Masked.Hidden, n, p, t), H);
  multiply(work, carry, sensitivity, H);
  take(stream.carriedOpen, sample, lanes, squares, work, H, from, exponents);
  multiply(work, carry, q, H);
  take(stream.carried, sample, lanes, squares, work, H, from, exponents);
  if (injection != 0) {
    multiply(work, injection, sensitivity, H);
    take(stream.injectedOpen, sample, lanes, squares, work, H, injectionFrom, exponents);
    multiply(work, injection, q, H);
    take(stream.injected, sample, lanes, squares, work, H, injectionFrom, exponents);
  }
  const keys = keysAt(pass, Masked.Cell, n, p, t);
  take(stream.directOpen, sample, lanes, squares, direct, H, from, exponents);
  unmasked(work, direct, zoneoutMask, keys, H);
  take(stream.direct, sample, lanes, squares, work, H, from, exponents);
  multiply(work, kept, q, H);
  unmasked(other, kept + slab, zoneoutMask, keys, H);
  addPanel(work, other, H);
  take(stream.kept, sample, lanes, squares, work, H, from, exponents);
}

function take(
  to: usize, sample: usize, lanes: i32, squares: usize, panel: usize, rows: i32, from: usize, frame: usize,
): void {
  laneSquares(squares, panel, rows);
  storeSquares(to, sample, lanes, squares, from, frame);
}
