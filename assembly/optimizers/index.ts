import { adadelta } from "./adadelta";
import { adagrad } from "./adagrad";
import { adam, lamb, lion, nadam, radam } from "./adam";
import { rmsprop } from "./rmsprop";
import { sgd } from "./sgd";
import { clearPadding, keepBefore, measureUpdate } from "./step";
import { ADADELTA, ADAGRAD, ADAM, AMSGRAD, LAMB, LION, MOMENTUM, NADAM, NESTEROV, RADAM, RMSPROP, SGD, Update } from "./update";

export { clipUnits, clipValues, combinedSquare, scaleFloats } from "./clip";
export { measureUpdate } from "./step";
export { doublePanelSquares, doubleSquares, gatherDoublePanels, gatherDoubles, gatherFloatPanels, gatherFloats } from "./gather";

/** One tensor's update by its rule, kept before: the choice is made once a tensor. */
export function optimizerUpdate(update: Update): void {
  keepBefore(update);
  apply(update);
  clearPadding(update);
}

/** Updates and measures `count` tensors, whose records follow each other: each while it is in the cache. */
export function optimizerStep(first: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const update = changetype<Update>(first + <usize>i * offsetof<Update>());
    optimizerUpdate(update);
    measureUpdate(update);
  }
}

function apply(update: Update): void {
  switch (update.rule) {
    case SGD:
    case MOMENTUM:
    case NESTEROV: return sgd(update);
    case ADAGRAD: return adagrad(update);
    case RMSPROP: return rmsprop(update);
    case ADADELTA: return adadelta(update);
    case ADAM:
    case AMSGRAD: return adam(update);
    case NADAM: return nadam(update);
    case RADAM: return radam(update);
    case LION: return lion(update);
    case LAMB: return lamb(update);
    default: unreachable();
  }
}
