import { Route } from "../records/kinds";
import { Layer, padded, panelBytes, TimePass } from "../records/pass";
import { lanesAt } from "./places";
import { clearLanes } from "./routes";

/*
 * A sample may begin with a state that is given, s₀ = h₀ or (h₀, c₀), in place of zero; the pass hands back ∂L/∂s₀ and
 * the state after its last step, with which the next part of a long sequence begins.
 */

@inline function indexOf(pass: TimePass, n: i32, p: i32): usize {
  return <usize>(p * pass.layers * pass.directions + n);
}

/** Where the state of record n, panel p stands among [P][N][most state rows][8]. */
@inline function placeAt(pass: TimePass, states: usize, n: i32, p: i32): usize {
  return states + panelBytes(pass.mostStateRows) * indexOf(pass, n, p);
}

/** state [state rows][8] ← s₀ in lanes from … 7; zero where none is given. */
export function beginLanes(pass: TimePass, layer: Layer, n: i32, p: i32, state: usize, from: i32): void {
  const bytes = panelBytes(layer.stateRows);
  if (pass.initial == 0) {
    if (from == 0) memory.fill(state, 0, bytes);
    else clearLanes(state, from, layer.stateRows);
    return;
  }
  const given = placeAt(pass, pass.initial, n, p);
  if (from == 0) return memory.copy(state, given, bytes);
  const lane = <usize>from << 2, rest = <usize>(8 - from) << 2;
  for (let at = lane; at < bytes; at += 32) memory.copy(state + at, given + at, rest);
}

/** Keeps the state after the last step of a forward direction, where all samples end. */
export function keepFinal(pass: TimePass, layer: Layer, n: i32, p: i32, state: usize): void {
  memory.copy(placeAt(pass, pass.final, n, p), state, panelBytes(layer.stateRows));
}

/**
 * Keeps the state after step t of a reversed direction, in the lanes whose last step that is: their samples begin at t.
 */
export function keepEnded(pass: TimePass, layer: Layer, n: i32, p: i32, t: i32, state: usize): void {
  const from = t > 0 ? lanesAt(pass, p, t - 1) : 0, to = lanesAt(pass, p, t);
  if (from == to) return;
  const bytes = panelBytes(layer.stateRows), kept = placeAt(pass, pass.final, n, p);
  const lane = <usize>from << 2, count = <usize>(to - from) << 2;
  for (let at = lane; at < bytes; at += 32) memory.copy(kept + at, state + at, count);
}

/**
 * Keeps ∂L/∂s₀ of lanes from ≤ lane < to, whose first step handed back `carry`: by the weights, by the direct route,
 * and because the state stayed.
 */
export function keepInitialGradient(
  pass: TimePass, layer: Layer, n: i32, p: i32, carry: usize, exponents: usize, from: i32, to: i32,
): void {
  if (pass.initialGradient == 0) return;
  const index = indexOf(pass, n, p), slab = panelBytes(padded(layer.hidden));
  const gradient = placeAt(pass, pass.initialGradient, n, p);
  const frames = pass.initialExponents + (index << 5), kept = panelBytes(layer.keptAt);
  for (let lane = from; lane < to; lane++) {
    const at = <usize>lane << 2;
    store<i32>(frames + at, load<i32>(exponents + at));
    for (let row = at; row < slab; row += 32) {
      const direct = layer.direct == Route.None ? <f32>0 : load<f32>(carry + slab + row);
      const hidden = load<f32>(carry + row), ofH = layer.direct == Route.Hidden ? hidden + direct : hidden;
      store<f32>(gradient + row, kept == 0 ? ofH : ofH + load<f32>(carry + kept + row));
      if (layer.direct != Route.Cell) continue;
      store<f32>(gradient + slab + row, kept == 0 ? direct : direct + load<f32>(carry + kept + slab + row));
    }
  }
}
