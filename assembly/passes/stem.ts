import { BLOCK } from "../records/constants";
import { Dense, padded, panelBytes, Stream, TimePass } from "../records/pass";
import { denseBackward, denseForward, denseGather, denseOf, denseOutput, denseSkip } from "./dense";
import { addStemTokens } from "./embedding";
import { clearInputGradient, recordInput } from "./inputs";
import {
  aboveAt, aboveExponentsAt, computedLanes, firstStoredOf, batchInputAt, lanesOf, sampleOf, slotOf, startOf,
  stemPlace,
} from "./places";
import { windowOf } from "./windows";

/*
 * Dense layers before the recurrent ones, at every step: s_t = φ(W x_t + b), which the first level reads in place of
 * x_t. The backward pass begins at W_ihᵀ ∂a_t, both directions together, and ends at ∂L/∂x_t.
 */

/** Steps from ≤ t < to of one panel. */
export function stemForward(pass: TimePass, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  const lanes = computedLanes(pass, p);
  for (let t = from; t < to; t++) {
    const place = stemPlace(pass, slot, t, firstStored);
    denseForward(pass, pass.stemRecords, pass.stem, p, t, lanes, place, batchInputAt(pass, p, t, firstStored));
  }
}

/**
 * Steps last > t ≥ first back through the stem, after the first level, in a stream that has weight gradients.
 *
 * @param adds whether ∂L/∂a goes on to the weight gradients at once, block by block; first and last then bound blocks
 */
export function stemBackward(
  pass: TimePass, stream: Stream, p: i32, chunk: i32, first: i32, last: i32, adds: bool,
): void {
  const from = chunk * pass.chunk, slot = slotOf(pass, p), firstStored = firstStoredOf(pass, chunk);
  const lanes = computedLanes(pass, p), samples = lanesOf(pass, p), own = stream.weightGradients == 1;
  const work = pass.scratch, delta = pass.stemDeltas, frames = pass.stemExponents;
  const wide = panelBytes(pass.belowRows);
  for (let t = last - 1; t >= first; t--) {
    const at = <usize>(t - from), place = stemPlace(pass, slot, t, firstStored);
    const sample = own ? <i32>sampleOf(pass, 0, t, p) : -1;
    if (t < startOf(pass, p) || (stream.reach != 0 && windowOf(stream, t) < 0)) {
      for (let i = 0; i < pass.stem; i++) denseSkip(denseOf(pass.stemRecords, i), at, sample, samples);
      if (own) clearInputGradient(pass, p, t);
    } else {
      let above = aboveAt(pass, -1, <i32>at), exponents = aboveExponentsAt(pass, -1, <i32>at);
      for (let i = pass.stem - 1; i >= 0; i--) {
        // two buffers in turn: a layer reads one and writes the other
        const turn = <usize>(i & 1), last = i == 0 && !(own && pass.inputDelta != 0);
        const to: usize = last ? 0 : delta + wide * turn, toExponents = frames + (turn << 5);
        denseBackward(
          pass, denseOf(pass.stemRecords, i), p, t, lanes, place, at, sample, samples, above, exponents, to,
          toExponents, work,
        );
        above = to; exponents = toExponents;
      }
      if (above != 0) recordInput(pass, p, t, above, exponents, work);
    }
    if (adds && t % BLOCK == 0) {
      for (let task = 0; task < stemTasks(pass); task++) stemPart(pass, stream, p, chunk, t, last, task, 0, 1);
    }
  }
}

/** The tasks of a block's weight gradients: for each layer the product and its move to float64, then the tokens. */
@inline export function stemTasks(pass: TimePass): i32 { return 2 * pass.stem + 1; }

/** Runs part `part` of `parts` of one task of the block of steps from t on, before `last`. */
export function stemPart(
  pass: TimePass, stream: Stream, p: i32, chunk: i32, t: i32, last: i32, task: i32, part: i32, parts: i32,
): void {
  const slot = slotOf(pass, p), set = stream.weightGradients - 1, firstStored = firstStoredOf(pass, chunk);
  const steps = min(BLOCK, last - t), at = <usize>(t - chunk * pass.chunk), i = task >> 1;
  if (i == pass.stem) {
    if (pass.embedding == 0) return;
    const low = steps - steps * (part + 1) / parts, high = steps - steps * part / parts;
    return addStemTokens(pass, denseOf(pass.stemRecords, 0), set, slot, p, t + low, high - low, at + <usize>low);
  }
  let x = batchInputAt(pass, p, t, firstStored), stride = panelBytes(pass.inputSize);
  if (i > 0) {
    const below: Dense = denseOf(pass.stemRecords, i - 1);
    x = denseOutput(below, stemPlace(pass, slot, t, firstStored));
    stride = panelBytes(padded(below.rows));
  }
  denseGather(
    pass, denseOf(pass.stemRecords, i), p, set * (pass.inFlight + 1) + slot, t, steps, at, x, stride, (task & 1) == 1,
    part, parts,
  );
}
