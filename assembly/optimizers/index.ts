import { adadelta } from "./adadelta";
import { adagrad } from "./adagrad";
import { adam, lamb, lion, nadam, radam } from "./adam";
import { rmsprop } from "./rmsprop";
import { sgd } from "./sgd";
import { ADADELTA, ADAGRAD, ADAM, AMSGRAD, LAMB, LION, MOMENTUM, NADAM, NESTEROV, RADAM, RMSPROP, SGD, Update } from "./update";

export { clipUnits, clipValues, combinedSquare, differenceSquare, scaleFloats } from "./clip";
export { doublePanelSquares, doubleSquares, gatherDoublePanels, gatherDoubles, gatherFloatPanels, gatherFloats } from "./gather";

/** One tensor's update by its rule: the choice is made once a tensor. */
export function optimizerUpdate(update: Update): void {
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
