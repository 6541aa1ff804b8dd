import { stepForward } from "../cells";
import { panelBytes, TimePass } from "../records/pass";
import { hasZoneout, maskRecurrent, zoneoutForward } from "./dropout";
import { finiteState } from "./finite";
import { beginLanes, keepEnded, keepFinal } from "./initial";
import {
  inputAt, inputStride, lanesAt, lanesOf, layerAt, operandAt, startOf, stateAt, tapeAt, timeOf,
} from "./places";
import { addScaled } from "./routes";

/**
 * h_t = cell(x_t, h_{t−d}) + α h_{t−s}, with the masks of `dropout.ts`: steps from ≤ k < to of one layer of one panel,
 * all with the same weights. The states before `from` must be in place. A sample without step t has its first state
 * there: samples begin at different steps and end at the same one.
 */
export function forwardLayer(pass: TimePass, n: i32, p: i32, slot: i32, from: i32, to: i32, firstStored: i32): void {
  const layer = layerAt(pass, n, from), l = n / pass.directions;
  assert(from >= firstStored && to <= firstStored + pass.stored, "steps that are stored");
  assert(layer.states != 0 && layer.tape != 0 && layer.forwardTiles != 0 && layer.bias != 0, "a bound layer");
  assert(((layer.states | layer.tape | layer.forwardTiles | layer.bias | layer.vectors) & 15) == 0, "16-byte aligned");
  const stateBytes = panelBytes(layer.stateRows), tapeBytes = panelBytes(layer.tapeRows);
  const xBytes = inputStride(pass, layer, l);
  let x = inputAt(pass, l, p, slot, timeOf(pass, layer, from), firstStored);
  let previous = stateAt(pass, layer, slot, from - layer.dilation, firstStored);
  let next = stateAt(pass, layer, slot, from, firstStored);
  let tape = tapeAt(pass, layer, slot, from, firstStored);
  const zoneout = hasZoneout(pass), operands = layer.operands != 0;
  const start = startOf(pass, p), lanes = lanesOf(pass, p);
  for (let k = from; k < to; k++) {
    const t = timeOf(pass, layer, k);
    if (t < start) {
      // no sample has this step: its state is the first state
      beginLanes(pass, layer, n, p, next, 0);
      // the operands of a gradient's blocks
      if (layer.innerGradient != 0) memory.fill(tape, 0, tapeBytes);
      if (operands) memory.fill(operandAt(pass, layer, slot, k, firstStored), 0, panelBytes(layer.outputs));
    } else {
      const here = lanesAt(pass, p, t);
      layer.lanes = pass.everyLane ? 8 : here;
      let h = previous;
      if (operands) {
        h = operandAt(pass, layer, slot, k, firstStored);
        maskRecurrent(pass, layer, n, p, h, previous);
      }
      stepForward(layer, x, h, previous, next, tape);
      if (zoneout) zoneoutForward(pass, layer, n, p, t, previous, next);
      if (layer.skip > 0) addScaled(next, next - stateBytes * <usize>layer.skip, layer.skipScale, layer.outputs);
      if (here < lanes) beginLanes(pass, layer, n, p, next, here);
      // checked here, because a unit whose slope is zero later may hide it from the loss and from every gradient
      if (!finiteState(layer, next)) pass.nonfinite = 1;
    }
    if (pass.final != 0) {
      if (layer.reverse) keepEnded(pass, layer, n, p, t, next);
      else if (k == pass.steps - 1) keepFinal(pass, layer, n, p, next);
    }
    x += xBytes; previous += stateBytes; next += stateBytes; tape += tapeBytes;
  }
}
