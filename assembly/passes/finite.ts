import { Layer, padded, panelBytes } from "../records/pass";

/**
 * Whether a state [state rows][8] is finite, slab by slab: the padding rows of a slab may hold anything; so may the
 * other lanes of a panel with a single sample.
 */
export function finiteState(layer: Layer, state: usize): bool {
  const slab = padded(layer.hidden), bytes = panelBytes(layer.hidden);
  for (let row = 0; row < layer.stateRows; row += slab) {
    const at = state + panelBytes(row);
    if (!(layer.lanes == 1 ? finiteSample(at, bytes) : finite(at, bytes))) return false;
  }
  return true;
}

/** `finite` of a panel's first lane. */
function finiteSample(at: usize, bytes: usize): bool {
  let sum: f32 = 0;
  for (const end = at + bytes; at < end; at += 32) {
    const x = load<f32>(at);
    sum += x - x;
  }
  return sum == sum;
}

/**
 * Whether every float of a panel is finite. Four sums, because in one sum each addition would wait for the one before.
 */
function finite(at: usize, bytes: usize): bool {
  const end = at + bytes;
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (const whole = at + (bytes & ~127); at < whole; at += 128) {
    a = f32x4.add(a, residue(v128.load(at))); b = f32x4.add(b, residue(v128.load(at, 16)));
    c = f32x4.add(c, residue(v128.load(at, 32))); d = f32x4.add(d, residue(v128.load(at, 48)));
    a = f32x4.add(a, residue(v128.load(at, 64))); b = f32x4.add(b, residue(v128.load(at, 80)));
    c = f32x4.add(c, residue(v128.load(at, 96))); d = f32x4.add(d, residue(v128.load(at, 112)));
  }
  for (; at < end; at += 32) { a = f32x4.add(a, residue(v128.load(at))); b = f32x4.add(b, residue(v128.load(at, 16))); }
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return !v128.any_true(f32x4.ne(sum, sum));
}

/** 0 of every finite x, NaN otherwise. */
@inline function residue(x: v128): v128 { return f32x4.sub(x, x); }
