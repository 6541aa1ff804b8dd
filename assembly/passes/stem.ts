import { BLOCK } from "../records/constants";
import { Dense, padded, panelBytes, Stream, TimePass } from "../records/pass";
import { denseBackward, denseForward, denseGather, denseOf, denseOutput, denseSkip } from "./dense";
import { addStemTokens } from "./embedding";
import { clearInputGradient, recordInput } from "./inputs";
import {
  aboveAt, aboveExponentsAt, computedLanes, firstStoredOf, givenInputAt, lanesOf, slotOf, startOf, stemPlace,
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
    denseForward(pass, pass.stemRecords, pass.stem, p, t, lanes, place, givenInputAt(pass, p, t, firstStored));
  }
}

/** Steps last > t ≥ first, behind the first level of a stream that has weight gradients. */
export function stemBackward(pass: TimePass, stream: Stream, p: i32, chunk: i32, first: i32, last: i32): void {
  const from = chunk * pass.chunk, slot = slotOf(pass, p), firstStored = firstStoredOf(pass, chunk);
  const lanes = computedLanes(pass, p), samples = lanesOf(pass, p), own = stream.weightGradients == 1;
  const work = pass.scratch, delta = pass.stemDeltas, frames = pass.stemExponents;
  const wide = panelBytes(pass.belowRows);
  for (let t = last - 1; t >= first; t--) {
    const at = <usize>(t - from), place = stemPlace(pass, slot, t, firstStored);
    const sample = own ? t * pass.batch + p * 8 : -1;
    if (t < startOf(pass, p) || (stream.reach != 0 && windowOf(stream, t) < 0)) {
      for (let i = 0; i < pass.stem; i++) denseSkip(denseOf(pass.stemRecords, i), at, sample, samples);
      if (own) clearInputGradient(pass, p, t);
    } else {
      let above = aboveAt(pass, -1, <i32>at), exponents = aboveExponentsAt(pass, -1, <i32>at);
      for (let i = pass.stem - 1; i >= 0; i--) {
        // the two take turns: a layer reads the one and writes the other
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
    if (t % BLOCK == 0) gather(pass, p, slot, stream.weightGradients - 1, t, min(BLOCK, last - t), at, firstStored);
  }
}

function gather(
  pass: TimePass, p: i32, slot: i32, set: i32, t: i32, steps: i32, at: usize, firstStored: i32,
): void {
  const record = set * (pass.inFlight + 1) + slot;
  const place = stemPlace(pass, slot, t, firstStored);
  for (let i = 0; i < pass.stem; i++) {
    const layer = denseOf(pass.stemRecords, i);
    if (i == 0) {
      const x = givenInputAt(pass, p, t, firstStored);
      denseGather(pass, layer, p, record, t, steps, at, x, panelBytes(pass.inputSize));
      if (pass.embedding != 0) addStemTokens(pass, layer, set, slot, p, t, steps, at);
    } else {
      const below: Dense = denseOf(pass.stemRecords, i - 1);
      denseGather(
        pass, layer, p, record, t, steps, at, denseOutput(below, place), panelBytes(padded(below.rows)),
      );
    }
  }
}
