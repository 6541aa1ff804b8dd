import { firstLanes } from "../kernels/starts";
import { Layer, padded, panelBytes } from "../records/pass";

/**
 * Whether a state [state rows][8] is finite, slab by slab. The padding rows of a slab may hold anything; so may the
 * lanes that a product for one sample, or for four, does not compute.
 */
export function finiteState(layer: Layer, state: usize): bool {
  const slab = padded(layer.hidden), bytes = panelBytes(layer.hidden);
  for (let row = 0; row < layer.stateRows; row += slab) {
    const at = state + panelBytes(row);
    if (layer.lanes == 1 ? !finiteSample(at, bytes) : layer.lanes <= 4 ? !finiteHalf(at, bytes) : !finite(at, bytes)) {
      return false;
    }
  }
  return true;
}

/** `finite` of a panel's first lane. */
function finiteSample(at: usize, bytes: usize): bool {
  const end = at + bytes;
  let fours = f32x4.splat(0), sum: f32 = 0;
  for (; at + 128 <= end; at += 128) fours = f32x4.add(fours, residue(firstLanes(at)));
  for (; at < end; at += 32) {
    const x = load<f32>(at);
    sum += x - x;
  }
  return sum == sum && !v128.any_true(f32x4.ne(fours, fours));
}

/** `finite` of a panel's first four lanes. */
function finiteHalf(at: usize, bytes: usize): bool {
  let sum = f32x4.splat(0);
  for (const end = at + bytes; at < end; at += 32) sum = f32x4.add(sum, residue(v128.load(at)));
  return !v128.any_true(f32x4.ne(sum, sum));
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
