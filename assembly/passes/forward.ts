import { stepForward } from "../cells";
import { panelBytes, TimePass } from "../records/pass";
import { finiteState } from "./finite";
import { inputAt, inputStride, layerOf, livingLanes, stateAt, tapeAt, timeOf } from "./places";
import { addScaled } from "./routes";

/**
 * h_t = cell(x_t, h_{t−d}) + α h_{t−s}: steps from ≤ k < to of one layer of one panel. The states before `from` must be
 * in place.
 */
export function forwardLayer(pass: TimePass, n: i32, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  const layer = layerOf(pass, n), l = n / pass.directions;
  assert(from >= firstStored && to <= firstStored + pass.stored, "steps that are stored");
  assert(layer.states != 0 && layer.tape != 0 && layer.forwardTiles != 0 && layer.bias != 0, "a bound layer");
  assert(((layer.states | layer.tape | layer.forwardTiles | layer.bias | layer.vectors) & 15) == 0, "16-byte aligned");
  layer.lanes = livingLanes(pass, p);
  const stateBytes = panelBytes(layer.stateRows), tapeBytes = panelBytes(layer.tapeRows);
  const xBytes = inputStride(pass, layer, l);
  let x = inputAt(pass, l, p, slot, timeOf(pass, layer, from), firstStored);
  let previous = stateAt(pass, layer, slot, from - layer.dilation, firstStored);
  let next = stateAt(pass, layer, slot, from, firstStored);
  let tape = tapeAt(pass, layer, slot, from, firstStored);
  for (let k = from; k < to; k++) {
    stepForward(layer, x, previous, next, tape);
    if (layer.skip > 0) addScaled(next, next - stateBytes * <usize>layer.skip, layer.skipScale, layer.hidden);
    // a unit that dies later may hide it from the loss and every gradient
    if (!finiteState(layer, next)) pass.unsound = 1;
    x += xBytes; previous += stateBytes; next += stateBytes; tape += tapeBytes;
  }
}
