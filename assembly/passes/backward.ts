import { stepBackward } from "../cells";
import {
  dropSmall, markZeroLanes, laneSquares, liftLanes, mergeLanes, normalize, powerOfTwo, sampleSquares, scaleLanes,
} from "../kernels/lanes";
import { countMagnitudes } from "../probes/halves";
import { Route, Source } from "../records/kinds";
import { padded, panelBytes, Stream, TimePass } from "../records/pass";
import { addKept, hasZoneout, maskAbove, maskCarry, masksAbove, recordZonedRoutes, zoneoutBackward } from "./dropout";
import { addSkipToInitial, addToInitial, keepBeforeFirst, keepsInitial } from "./initial";
import { addWeightGradients, beginsBlock, sendToLevelBelow, sendSkip } from "./send-gradient";
import { clearInputGradient, inputGradient } from "./inputs";
import {
  aboveAt, aboveExponentsAt, firstStoredOf, lanesAt, lanesOf, layerAt, rowOf, sampleOf, slotOf, startOf, stateAt,
  tapeAt, timeOf,
} from "./places";
import { clearRecord, magnitudesAt, record } from "./profile";
import { addToCell, toCell } from "./projection";
import {
  addPanel, changeFrame, copyLanes, cutLanes, exponentsOrDead, maxLanes, panelSum, storeSquares, storeUnmasked,
} from "./routes";
import { cut, sendsLoss, windowOf } from "./windows";

/**
 * The address of step t's incoming gradient: of the level above, of the loss of window w, or the probe's cotangent. 0
 * where there is none.
 */
@inline function injectionAt(pass: TimePass, stream: Stream, l: i32, p: i32, t: i32, at: i32, w: i32): usize {
  if (l < pass.layers - 1) return aboveAt(pass, l, at);
  if (stream.reach != 0 && !sendsLoss(stream, t, w)) return 0;
  const bytes = panelBytes(padded(pass.width));
  if (stream.source == Source.Cotangent) return t == pass.steps - 1 ? stream.cotangent + bytes * <usize>p : 0;
  if (t == pass.steps - 1 || ((pass.lossEvery || pass.pooled != 0) && stream.source == Source.Losses)) {
    return pass.injection + bytes * <usize>at;
  }
  return 0;
}

/** The frames of step t's incoming gradient [8]; a cotangent has the exponents 0. */
@inline function injectionExponentsAt(pass: TimePass, stream: Stream, l: i32, at: i32): usize {
  if (l < pass.layers - 1) return aboveExponentsAt(pass, l, at);
  return stream.source == Source.Cotangent ? NO_FRAMES : pass.injectionExponents + (<usize>at << 5);
}

/** [8] i32, zero. */
const NO_FRAMES = memory.data(32, 16);

/**
 * An entry this many binary orders below a sample's norm is set to zero: float32's 126, less the room that slopes and
 * states need. A unit whose h is masked in a whole sequence gets gradient by the direct route alone, so that its
 * gradient fades against that of the other units. Its products would become subnormal and stay so, and a processor
 * multiplies such numbers many times slower.
 */
const FADED: i32 = 100;

/**
 * One layer of one panel back through steps k of one chunk, last > k ≥ first, whose states and tape must be stored and
 * whose weights are the same.
 *
 *     δ_t = u_weights + u_direct + α δ_{t+s} + u_injected
 *     with a cell state:  γ_t = f_{t+1} ⊙ γ_{t+1} + q_t ⊙ δ_t,  q = ∂h/∂c
 *
 * A step sends back panels by the weights, W_hhᵀ ∂a, and by the direct route. Each lane of both has one frame, that of
 * the norm of δ and γ together. Zoneout adds the gradient of the parts of h and c that stayed (`dropout.ts`), and γ is
 * then ∂L/∂ĉ_t. `carry` is a ring of d such steps in a layer dilated by d, and `skip` a ring of the α δ of s steps.
 *
 * @param adds whether ∂L/∂a goes on to the weight gradients at once, block by block; first and last then bound blocks
 */
export function backwardLayer(
  pass: TimePass, stream: Stream, n: i32, p: i32, chunk: i32, first: i32, last: i32, adds: bool,
): void {
  const l = n / pass.directions, layer = layerAt(pass, n, first), slot = slotOf(pass, p);
  const firstStored = firstStoredOf(pass, chunk);
  const from = chunk * pass.chunk, dilation = layer.dilation;
  // rows of h; units of c and the gates
  const rows = layer.outputs, units = layer.hidden;
  const stateBytes = panelBytes(layer.stateRows), deltaBytes = panelBytes(layer.deltaRows);
  // where h begins in its level's output
  const slab = panelBytes(padded(units)), offset: usize = layer.reverse ? panelBytes(rows) : 0;
  const ringBytes = panelBytes(layer.carryRows);
  const ring = stream.carry + stream.carryBytes * <usize>(slot * pass.layers * pass.directions + n);
  const ringExponents = stream.carryExponents
    + (stream.carryLanes << 2) * <usize>(slot * pass.layers * pass.directions + n);
  const skip = layer.skip, entry = <usize>(slot * pass.layers * pass.directions + n) * <usize>skip;
  const skips = stream.skip + panelBytes(pass.mostRows) * entry, skipLanes = stream.skipExponents + (entry << 5);
  const deltas = layer.deltas + deltaBytes * <usize>slot * <usize>pass.chunk;
  const deltaExponents = layer.deltaExponents + (<usize>slot * <usize>pass.chunk << 5);
  const squares = pass.scratch, more = squares + 64, scales = squares + 128, exponents = squares + 160;
  const injectionExponents = squares + 192;
  const wholeCarried = squares + 256, wholeAbove = squares + 320, wholeExponents = squares + 384;
  const carryFrames = squares + 416;
  const rest = squares + 512;
  const start = startOf(pass, p), lanes = lanesOf(pass, p), route = layer.direct;
  const gated = layer.gated != 0, normed = layer.normed != 0, gathers = adds && stream.weightGradients != 0;

  const keeps = keepsInitial(pass, stream);
  const recurrent = layer.operands != 0, zoneout = hasZoneout(pass), masks = masksAbove(pass, l);

  assert(layer.carryRows >= (route == Route.None ? padded(units) : 2 * padded(units)), "a carry of every route");
  assert(route != Route.Cell || stream.cell != 0 || stream.reach != 0, "norms of the cell state's gradient");
  assert(!stream.ledger || (stream.carried != 0 && stream.injected != 0), "norms of the routes");
  assert(!stream.ledger || route == Route.None || stream.direct != 0, "norms of the direct route");
  assert(!stream.ledger || !gated || stream.gate != 0, "norms behind the gate");
  assert(!stream.ledger || !gated || !normed || stream.normed != 0, "norms behind the normalization");
  assert(skip == 0 || stream.skip != 0, "room for what skips over time");
  const sendsDown = l > 0 || (pass.stem > 0 && stream.weightGradients != 0);
  assert(!sendsDown || (layer.inputTiles != 0 && pass.below != 0), "weights and room for the level below");

  if (last == pass.steps) {
    cut(ring, ringExponents, ringBytes, dilation);
    if (skip > 0) cut(skips, skipLanes, slab, skip);
  }
  for (let k = last - 1; k >= first; k--) {
    const t = timeOf(pass, layer, k), at = t - (layer.reverse ? 0 : from);
    const sample = sampleOf(pass, n, t, p);
    const tape = tapeAt(pass, layer, slot, k, firstStored), next = stateAt(pass, layer, slot, k, firstStored);
    const previous = next - stateBytes * <usize>dilation;
    const da = deltas + deltaBytes * <usize>(k - from), frame = deltaExponents + (<usize>(k - from) << 5);
    const carry = ring + ringBytes * <usize>(k % dilation), direct = carry + slab;
    const carryExponents = ringExponents + (<usize>(k % dilation) << 5);
    const sensitivity = route == Route.Cell ? tape + panelBytes(layer.sensitivityAt) : 0;
    const skipped = skip > 0 ? skips + slab * <usize>(k % skip) : 0;
    const skipExponents = skip > 0 ? skipLanes + (<usize>(k % skip) << 5) : 0;
    const here = lanesAt(pass, p, t);
    // in reverse all samples begin at k = 0
    if (keeps && here < lanes && !layer.reverse) {
      keepBeforeFirst(pass, stream, layer, n, p, t, here, carry, carryExponents, skipped, skipExponents, rest);
    }

    if (t < start) {
      // no sample of the panel has this step
      clearRecord(stream, sample, lanes);
      if (l == 0 && stream.weightGradients == 1) clearInputGradient(pass, p, t);
      cut(da, frame, deltaBytes, 1);
      if (gathers && beginsBlock(k, first)) addWeightGradients(pass, stream, layer, l, p, chunk, k, last);
      continue;
    }
    const w = stream.reach != 0 ? windowOf(stream, t) : 0;
    if (w < 0) {
      if (stream.weightGradients) cut(da, frame, deltaBytes, 1);
      if (gathers && beginsBlock(k, first)) addWeightGradients(pass, stream, layer, l, p, chunk, k, last);
      continue;
    }
    if (stream.reach != 0) {
      if (windowOf(stream, timeOf(pass, layer, k + dilation)) != w) cut(carry, carryExponents, ringBytes, 1);
      if (skip > 0 && windowOf(stream, timeOf(pass, layer, k + skip)) != w) cut(skipped, skipExponents, slab, 1);
    }
    if (recurrent) {
      if (stream.ledger) {
        if (route == Route.Cell) toCell(layer, rest, carry, sensitivity);
        laneSquares(wholeCarried, route == Route.Cell ? rest : carry, units);
        copyLanes(carryFrames, carryExponents);
      }
      maskCarry(pass, layer, n, p, carry);
    }
    layer.lanes = pass.everyLane ? 8 : here;
    if (here < lanes) {
      // the gradient that a sample's first step sends back ends there
      cutLanes(carry, carryExponents, here, layer.carryRows);
      if (skipped != 0) cutLanes(skipped, skipExponents, here, rows);
    }
    let injection = injectionAt(pass, stream, l, p, t, at, w);
    const hasOtherRoutes = injection != 0 || skipped != 0;
    // a side that is exactly zero does not set the frame
    if (hasOtherRoutes) markZeroLanes(carryExponents, carry, layer.carryRows);
    copyLanes(exponents, carryExponents);
    if (skipped != 0) {
      markZeroLanes(skipExponents, skipped, rows);
      maxLanes(exponents, exponents, skipExponents);
    }
    if (injection != 0) {
      injection += offset;
      if (masks) {
        if (stream.ledger) {
          if (route == Route.Cell) toCell(layer, rest, injection, sensitivity);
          laneSquares(wholeAbove, route == Route.Cell ? rest : injection, units);
          copyLanes(wholeExponents, injectionExponentsAt(pass, stream, l, at));
        }
        maskAbove(pass, l, p, t, injection, layer.reverse ? rows : 0, rows);
      }
      laneSquares(squares, injection, rows);
      exponentsOrDead(injectionExponents, injectionExponentsAt(pass, stream, l, at), squares);
      maxLanes(exponents, exponents, injectionExponents);
    }
    if (stream.ledger) {
      if (recurrent) storeUnmasked(stream.carriedWhole, sample, lanes, wholeCarried, carryFrames, exponents);
      if (masks) storeUnmasked(stream.aboveWhole, sample, lanes, wholeAbove, wholeExponents, exponents);
    }
    if (stream.ledger && zoneout && route == Route.Cell) {
      recordZonedRoutes(
        pass, stream, layer, n, p, t, sample, lanes, carry, carryExponents, injection, injectionExponents, exponents,
        sensitivity, squares,
      );
    } else if (stream.ledger) {
      if (zoneout) {
        laneSquares(more, carry + panelBytes(layer.keptAt), rows);
        storeSquares(stream.kept, sample, lanes, more, carryExponents, exponents);
      }
      if (route != Route.None) {
        laneSquares(more, direct, units);
        storeSquares(stream.direct, sample, lanes, more, carryExponents, exponents);
      }
      if (skipped != 0) {
        if (route == Route.Cell) toCell(layer, rest, skipped, sensitivity);
        laneSquares(more, route == Route.Cell ? rest : skipped, units);
        storeSquares(stream.skipped, sample, lanes, more, skipExponents, exponents);
      }
      if (injection != 0) {
        if (route == Route.Cell) {
          toCell(layer, rest, injection, sensitivity);
          laneSquares(squares, rest, units);
        }
        storeSquares(stream.injected, sample, lanes, squares, injectionExponents, exponents);
      }
      if (route != Route.None || hasOtherRoutes || zoneout) {
        if (route == Route.Cell) {
          toCell(layer, rest, carry, sensitivity);
          laneSquares(squares, rest, units);
        } else laneSquares(squares, carry, rows);
        storeSquares(stream.carried, sample, lanes, squares, carryExponents, exponents);
      }
    }

    // δ_t and γ_t share one frame in each lane
    if (route == Route.Hidden) addPanel(carry, direct, rows);
    if (zoneout) addKept(layer, carry);
    if (hasOtherRoutes && route == Route.Cell) changeFrame(direct, carryExponents, exponents, units, scales);
    if (skipped != 0) mergeLanes(carry, carryExponents, carry, carryExponents, skipped, skipExponents, rows);
    if (injection != 0) mergeLanes(carry, carryExponents, carry, carryExponents, injection, injectionExponents, rows);
    sampleSquares(layer.lanes, squares, carry, rows);
    record(pass, stream, n, t, sample, lanes, carry, exponents, rows, squares, rest);
    if (pass.magnitudes != 0 && stream.weightGradients == 1) {
      countMagnitudes(magnitudesAt(pass, t), carry, exponents, rows, here);
    }
    if (skipped != 0) {
      copyLanes(skipExponents, exponents);
      sendSkip(skipped, skipExponents, carry, layer.skipScale, rows, squares, scales, more, pass.headroom);
      if (keeps && k < skip) addSkipToInitial(pass, stream, layer, n, p, skipped, skipExponents, 0, here);
    }
    if (zoneout) {
      zoneoutBackward(pass, layer, n, p, t, carry, sensitivity);
      if (stream.ledger && route != Route.Cell) {
        laneSquares(more, carry, rows);
        storeSquares(stream.updated, sample, lanes, more, exponents, exponents);
      }
      if (route == Route.Cell) {
        laneSquares(more, carry + panelBytes(layer.keptAt) + slab, rows);
        addSquares(squares, more);
      }
    }
    if (route == Route.Cell) {
      if (!zoneout) addToCell(layer, direct, carry, sensitivity, rest);
      sampleSquares(layer.lanes, more, direct, units);
      if (stream.cell != 0) storeSquares(stream.cell, sample, lanes, more, exponents, exponents);
      addSquares(squares, more);
    }

    copyLanes(frame, exponents);
    if (pass.lifted) liftLanes(carry, layer.carryRows);
    normalize(scales, frame, squares, carry, layer.carryRows, pass.headroom);
    if (zoneout) {
      const kept = carry + panelBytes(layer.keptAt);
      scaleLanes(kept, kept, scales, layer.carryRows - layer.keptAt);
    }
    stepBackward(layer, carry, scales, tape, previous, next, da);
    if (recurrent && route != Route.None) dropSmall(direct, powerOfTwo(pass.headroom - FADED), units);
    copyLanes(carryExponents, frame);
    if (keeps && k < dilation) {
      if (recurrent) maskCarry(pass, layer, n, p, carry);
      addToInitial(pass, stream, layer, n, p, carry, carry, frame, 0, here);
    }
    markZeroLanes(frame, da, layer.deltaRows); // behind a shut gate ∂L/∂a is zero: it has no frame, though δ had one

    if (gated && stream.ledger) {
      // in the frame of δ_t, which is stored
      laneSquares(squares, da + panelBytes(layer.gatedAt), rows);
      storeSquares(stream.gate, sample, lanes, squares, carryExponents, exponents);
      if (normed) {
        laneSquares(squares, da, rows);
        storeSquares(stream.normed, sample, lanes, squares, carryExponents, exponents);
      }
    }
    if (stream.weightGradients == 1 && pass.gates != 0 && layer.forgetAt >= 0) {
      const gate = panelSum(tape + panelBytes(layer.forgetAt), units, here);
      const place = pass.gates + (rowOf(pass, n, t) << 3);
      store<f64>(place, load<f64>(place) + gate);
    }
    if (sendsDown) sendToLevelBelow(pass, layer, l, at, da, frame, rest);
    else if (pass.inputDelta != 0 && stream.weightGradients == 1) inputGradient(pass, layer, p, t, da, frame, rest);
    if (gathers && beginsBlock(k, first)) addWeightGradients(pass, stream, layer, l, p, chunk, k, last);
  }
}

/** a += b, eight squares. */
function addSquares(a: usize, b: usize): void {
  for (let i: usize = 0; i < 64; i += 16) v128.store(a + i, f64x2.add(v128.load(a + i), v128.load(b + i)));
}
