import { UpdateRule } from "../records/kinds";
import { Update } from "../records/update";
import { adadelta } from "./adadelta";
import { adagrad } from "./adagrad";
import { adam, lamb, lion, nadam, radam } from "./adam";
import { rmsprop } from "./rmsprop";
import { sgd } from "./sgd";
import { clearPadding, keepBefore, measureUpdate } from "./step";

export { clipUnits, clipValues, combinedSquares, keepAndScale } from "./clip";
export { lambMove } from "./adam";
export { measureUpdate } from "./step";
export {
  doublePanelSquares, doubleSquares, gatherDoublePanels, gatherDoubles, gatherFloatPanels, gatherFloats,
} from "./gather";

/**
 * Updates one tensor, or a part of it, by its rule, after it has copied θ to `before`. LAMB's rule does not move θ yet.
 */
export function optimizerUpdate(update: Update): void {
  keepBefore(update);
  apply(update);
  clearPadding(update);
}

/**
 * Updates and measures `count` tensors, whose records follow each other. Each is measured while it is still in the
 * cache.
 */
export function optimizerStep(first: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const update = changetype<Update>(first + <usize>i * offsetof<Update>());
    optimizerUpdate(update);
    measureUpdate(update);
  }
}

function apply(update: Update): void {
  switch (update.rule) {
    case UpdateRule.Sgd:
    case UpdateRule.Momentum:
    case UpdateRule.Nesterov: return sgd(update);
    case UpdateRule.Adagrad: return adagrad(update);
    case UpdateRule.Rmsprop: return rmsprop(update);
    case UpdateRule.Adadelta: return adadelta(update);
    case UpdateRule.Adam:
    case UpdateRule.Amsgrad: return adam(update);
    case UpdateRule.Nadam: return nadam(update);
    case UpdateRule.Radam: return radam(update);
    case UpdateRule.Lion: return lion(update);
    case UpdateRule.Lamb: return lamb(update);
    default: unreachable();
  }
}
