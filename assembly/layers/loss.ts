import { LossKind } from "../records/kinds";
import { binaryCrossEntropy, classHits, crossEntropy, hinge, signHits, squaredError } from "./losses";
import { absoluteError, huber } from "./robust-losses";
import { smoothCrossEntropy } from "./smooth-cross-entropy";

/** Whether targets are class indices [8] i32, and not numbers [Y][8]. */
@inline export function hasClasses(kind: i32): bool {
  return kind == LossKind.CrossEntropy || kind == LossKind.Hinge;
}

/** Bytes of one panel's targets. */
@inline export function targetBytes(kind: i32, outputs: i32): usize {
  return hasClasses(kind) ? 32 : <usize>outputs << 5;
}

/**
 * The panel's sum of any loss but LossKind.None; y [Y][8] ← ∂(mean)/∂y, each sample in a frame of its own.
 *
 * @param exponents [8] i32, set to zero before
 * @param weights   [Y], a weight a class or a factor on positive targets; 0 for none
 * @param number    δ of Huber's loss, ε of label smoothing
 * @param scratch   192 bytes
 */
export function panelLoss(
  kind: i32, y: usize, exponents: usize, targets: usize, outputs: i32, lanes: i32, scale: f32, weights: usize,
  number: f32, scratch: usize,
): f64 {
  switch (kind) {
    case LossKind.Mse: return squaredError(y, targets, outputs, lanes, scale);
    case LossKind.CrossEntropy:
      return number > 0
        ? smoothCrossEntropy(y, targets, outputs, lanes, scale, weights, number, scratch)
        : crossEntropy(y, exponents, targets, outputs, lanes, scale, scratch, weights);
    case LossKind.BinaryCrossEntropy:
      return binaryCrossEntropy(y, exponents, targets, outputs, lanes, scale, scratch, weights);
    case LossKind.Hinge: return hinge(y, targets, outputs, lanes, scale);
    case LossKind.Huber: return huber(y, targets, outputs, lanes, scale, number);
    case LossKind.Mae: return absoluteError(y, targets, outputs, lanes, scale);
    default:
      unreachable();
      return 0;
  }
}

/** How many outputs y [Y][8] of the first `lanes` samples name the right class, or lie on their target's side. */
export function panelHits(kind: i32, y: usize, targets: usize, outputs: i32, lanes: i32): i32 {
  if (hasClasses(kind)) return classHits(y, targets, outputs, lanes);
  return kind == LossKind.BinaryCrossEntropy ? signHits(y, targets, outputs, lanes) : 0;
}
