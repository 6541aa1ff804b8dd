import { markZeroLanes } from "../kernels/lanes";
import { Pooling } from "../records/kinds";
import { padded, panelBytes, TimePass } from "../records/pass";
import { lanesAt, lanesOf, outputAt, slotOf } from "./places";
import { clearLanes, copyLanes } from "./routes";

/*
 * One vector for each sample from its n steps, both directions joined:
 *
 *     mean     p = (1/n) Σ_t h_t             δ_t ← ∂L/∂p / n
 *     max      p_i = max_t h_{t,i}           δ_{t,i} ← ∂L/∂p_i at the first step that holds the maximum
 *     final    h of the forward direction's last step and of the reversed one's, which is the sample's first
 *
 * Sums are in float64: in float32 a long sequence would lose its later terms to rounding.
 */

@inline export function pooledAt(pass: TimePass, slot: i32): usize {
  return pass.pooled + panelBytes(padded(pass.width)) * <usize>slot;
}

@inline function lengthOf(pass: TimePass, p: i32, lane: i32): i32 {
  return load<i32>(pass.lengths + (<usize>(p * 8 + lane) << 2));
}

/** Adds the top level's steps from ≤ t < to of one panel to the pooled vector, in order. */
export function pool(pass: TimePass, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  const W = pass.width, rows = <usize>padded(W), out = pooledAt(pass, slot);
  if (pass.pooling == Pooling.Final) return poolFinal(pass, p, slot, out);
  const sums = pass.pooledSums + (rows << 6) * <usize>slot, steps = pass.pooledSteps + (rows << 5) * <usize>slot;
  if (from == 0) {
    memory.fill(out, 0, rows << 5);
    if (pass.pooling == Pooling.Mean) memory.fill(sums, 0, rows << 6);
    else for (let i: usize = 0; i < rows << 3; i++) store<i32>(steps + (i << 2), -1);
  }
  for (let t = from; t < to; t++) {
    const here = <usize>lanesAt(pass, p, t), h = outputAt(pass, pass.layers - 1, slot, t, firstStored);
    for (let i: usize = 0; i < <usize>W; i++) {
      for (let lane: usize = 0; lane < here; lane++) {
        const at = (i << 3) + lane, value = load<f32>(h + (at << 2));
        if (pass.pooling == Pooling.Mean) {
          store<f64>(sums + (at << 3), load<f64>(sums + (at << 3)) + <f64>value);
        } else if (load<i32>(steps + (at << 2)) < 0 || !(value <= load<f32>(out + (at << 2)))) {
          // NaN counts as larger than any number, and stays
          if (load<f32>(out + (at << 2)) != load<f32>(out + (at << 2))) continue;
          store<f32>(out + (at << 2), value);
          store<i32>(steps + (at << 2), t);
        }
      }
    }
  }
  if (to < pass.steps || pass.pooling != Pooling.Mean) return;
  for (let lane = 0; lane < lanesOf(pass, p); lane++) {
    const share = 1 / <f64>lengthOf(pass, p, lane);
    for (let i: usize = 0; i < <usize>W; i++) {
      const at = (i << 3) + <usize>lane;
      store<f32>(out + (at << 2), <f32>(load<f64>(sums + (at << 3)) * share));
    }
  }
}

function poolFinal(pass: TimePass, p: i32, slot: i32, out: usize): void {
  const W = pass.width, half = panelBytes(pass.hidden);
  memory.copy(out, outputAt(pass, pass.layers - 1, slot, pass.steps - 1, 0), panelBytes(W));
  for (let lane = 0; lane < lanesOf(pass, p); lane++) {
    const first = outputAt(pass, pass.layers - 1, slot, pass.steps - lengthOf(pass, p, lane), 0);
    for (let at = half + (<usize>lane << 2); at < panelBytes(W); at += 32) store<f32>(out + at, load<f32>(first + at));
  }
  clearLanes(out, lanesOf(pass, p), W);
}

/** Writes the injection of one chunk's steps first ≤ t < last from ∂L/∂p. */
export function spread(pass: TimePass, p: i32, chunk: i32, first: i32, last: i32): void {
  const from = chunk * pass.chunk, slot = slotOf(pass, p), W = pass.width, rows = <usize>padded(W);
  const delta = pass.pooledDelta + panelBytes(padded(W)) * <usize>slot;
  const exponents = pass.pooledExponents + (<usize>slot << 5);
  const steps = pass.pooledSteps + (rows << 5) * <usize>slot, half = <usize>pass.hidden << 3;
  for (let t = first; t < last; t++) {
    const injection = pass.injection + panelBytes(padded(W)) * <usize>(t - from);
    const frames = pass.injectionExponents + (<usize>(t - from) << 5), here = <usize>lanesAt(pass, p, t);
    memory.copy(injection, delta, panelBytes(W));
    for (let lane: usize = 0; lane < here; lane++) {
      const n = lengthOf(pass, p, <i32>lane);
      const share: f32 = 1 / <f32>n, isFirst = t == pass.steps - n, isLast = t == pass.steps - 1;
      for (let i: usize = 0; i < <usize>W; i++) {
        const at = (i << 3) + lane;
        if (pass.pooling == Pooling.Mean) store<f32>(injection + (at << 2), load<f32>(injection + (at << 2)) * share);
        else {
          const holds = pass.pooling == Pooling.Max
            ? load<i32>(steps + (at << 2)) == t
            : at < half ? isLast : isFirst;
          if (!holds) store<f32>(injection + (at << 2), 0);
        }
      }
    }
    if (here < 8) clearLanes(injection, <i32>here, W);
    copyLanes(frames, exponents);
    markZeroLanes(frames, injection, W);
  }
}
