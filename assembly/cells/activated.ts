import { activate, activateValue, ActivationKind } from "../layers/activations";
import { Layer, padded, panelBytes } from "../records/pass";

/*
 * The sweeps of LSTM and GRU with another inner activation φ than tanh, or other gates than σ: Keras's `activation` and
 * `recurrent_activation`. A gate s is σ or hardsigmoid, for both of which 1 − s(a) = s(−a).
 *
 *     LSTM   g = φ(a_g)    h = o ⊙ φ(c)    q = o ⊙ φ'(c)      GRU   n = φ(a_n)
 *
 * The tape is that of `lstm.ts`, `gru.ts` and `reset-before.ts`; the slopes s' and φ' in it are computed from the
 * pre-activations. The kernels of `layers/activations` run over blocks of rows and write values and slopes to the slabs
 * below.
 */

/** Rows of a block: the slabs of one stay in the first-level cache. */
const ROWS: i32 = 32;
/** Bytes of a slab [ROWS][8]. */
const SLAB: usize = 1024;
/** Of i, f, g, o and φ(c), or of z, 1 − z and n. */
const VALUES = memory.data(5120, 16);
const SLOPES = memory.data(5120, 16);

/** Whether a layer has the usual activations, tanh and σ, for which each cell has a sweep of its own. */
@inline export function hasUsualActivations(layer: Layer): bool {
  return layer.activation == ActivationKind.Tanh && layer.gateActivation == ActivationKind.Sigmoid;
}

/** As `Lstm.sweep`. */
export function sweepLstm(layer: Layer, previous: usize, next: usize, tape: usize): void {
  const slab = panelBytes(padded(layer.hidden));
  for (let rows = layer.hidden; rows > 0; rows -= ROWS) {
    const n = min(rows, ROWS) << 3, bytes = <usize>n << 2;
    for (let gate = 0; gate < 4; gate++) {
      const at = SLAB * <usize>gate, kind = gate == 2 ? layer.activation : layer.gateActivation;
      activate(kind, tape + slab * <usize>gate, VALUES + at, SLOPES + at, n);
    }
    for (let k: usize = 0; k < bytes; k += 16) {
      const kept = f32x4.mul(v128.load(VALUES + SLAB + k), v128.load(previous + slab + k));
      const written = f32x4.mul(v128.load(VALUES + k), v128.load(VALUES + 2 * SLAB + k));
      v128.store(next + slab + k, f32x4.add(kept, written));
    }
    activate(layer.activation, next + slab, VALUES + 4 * SLAB, SLOPES + 4 * SLAB, n);
    for (let k: usize = 0; k < bytes; k += 16) {
      const to = tape + k, values = VALUES + k, slopes = SLOPES + k;
      const f = v128.load(values + SLAB), o = v128.load(values + 3 * SLAB), shown = v128.load(values + 4 * SLAB);
      v128.store(next + k, f32x4.mul(o, shown));
      v128.store(to, f32x4.mul(v128.load(slopes), v128.load(values + 2 * SLAB)));
      v128.store(to + slab, f32x4.mul(v128.load(slopes + SLAB), v128.load(previous + slab + k)));
      v128.store(to + 2 * slab, f32x4.mul(v128.load(slopes + 2 * SLAB), v128.load(values)));
      v128.store(to + 3 * slab, f32x4.mul(v128.load(slopes + 3 * SLAB), shown));
      v128.store(to + 4 * slab, f);
      v128.store(to + 5 * slab, f32x4.mul(o, v128.load(slopes + 4 * SLAB)));
    }
    tape += bytes; previous += bytes; next += bytes;
  }
}

/** As `Gru.sweep`. */
export function sweepGru(layer: Layer, previous: usize, next: usize, tape: usize): void {
  const slab = panelBytes(padded(layer.hidden)), bytes = panelBytes(layer.hidden), inner = tape + 2 * slab;
  const product = tape + 3 * slab;
  activate(layer.gateActivation, tape, next, tape, layer.hidden << 3);
  for (let k: usize = 0; k < bytes; k += 16) {
    const r = v128.load(next + k), ofH = v128.load(product + k);
    v128.store(tape + k, f32x4.mul(v128.load(tape + k), ofH));
    v128.store(inner + k, f32x4.add(v128.load(inner + k), f32x4.mul(r, ofH)));
    v128.store(product + k, r);
  }
  mixGru(layer, previous, next, tape);
}

/** For `ResetBefore`: writes r ⊙ h' to slab 5, r to slab 3, and the bracket of ∂a_r. */
export function sweepReset(layer: Layer, h: usize, tape: usize): void {
  const slab = panelBytes(padded(layer.hidden)), bytes = panelBytes(layer.hidden), gate = tape + 3 * slab;
  activate(layer.gateActivation, tape, gate, tape, layer.hidden << 3);
  for (let k: usize = 0; k < bytes; k += 16) {
    const past = v128.load(h + k);
    v128.store(tape + k, f32x4.mul(v128.load(tape + k), past));
    v128.store(gate + 2 * slab + k, f32x4.mul(v128.load(gate + k), past));
  }
}

/**
 * h = (1 − z) ⊙ n + z ⊙ h'. Reads a_z and a_n in slabs 1 and 2, replaces them by the brackets of ∂a_z and ∂a_n, and
 * writes z to slab 4.
 */
export function mixGru(layer: Layer, previous: usize, next: usize, tape: usize): void {
  const slab = panelBytes(padded(layer.hidden));
  tape += slab;
  for (let rows = layer.hidden; rows > 0; rows -= ROWS) {
    const n = min(rows, ROWS) << 3, bytes = <usize>n << 2;
    activate(layer.gateActivation, tape, VALUES, SLOPES, n);
    for (let k: usize = 0; k < bytes; k += 16) v128.store(VALUES + SLAB + k, f32x4.neg(v128.load(tape + k)));
    activateValue(layer.gateActivation, VALUES + SLAB, VALUES + SLAB, n);
    activate(layer.activation, tape + slab, VALUES + 2 * SLAB, SLOPES + 2 * SLAB, n);
    for (let k: usize = 0; k < bytes; k += 16) {
      const to = tape + k, values = VALUES + k, slopes = SLOPES + k;
      const z = v128.load(values), rest = v128.load(values + SLAB), candidate = v128.load(values + 2 * SLAB);
      const before = v128.load(previous + k);
      v128.store(next + k, f32x4.add(f32x4.mul(rest, candidate), f32x4.mul(z, before)));
      v128.store(to, f32x4.mul(v128.load(slopes), f32x4.sub(before, candidate)));
      v128.store(to + slab, f32x4.mul(v128.load(slopes + 2 * SLAB), rest));
      v128.store(to + 3 * slab, z);
    }
    tape += bytes; previous += bytes; next += bytes;
  }
}
