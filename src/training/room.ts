import { planTraining, TRAINING_REMEDY } from "../wasm/training/plan.ts";
import { sizesFrom } from "../network/fitting.ts";
import { GRADIENTS_ONLY } from "../network/create.ts";
import { memoryOf, requireRoomForPass } from "../network/room.ts";
import { parameterTable } from "../spec/parameters.ts";
import type { Plan } from "./options.ts";
import { updateKindOf } from "./trainer.ts";

/**
 * Refuses a run that does not fit into memory before a batch is drawn and any parameter is initialized: its passes, and
 * the parameters, gradients and optimizer's state of the trainer.
 *
 * @throws EvanesceError with the bytes allowed and asked
 */
export function requireRoomForTraining({ options, spec, source, isFrozen }: Plan): void {
  const { outline } = source;
  if (outline === undefined) return;
  const { memoryLimit, engine } = memoryOf(options);
  requireRoomForPass(spec, outline(), GRADIENTS_ONLY, { memoryLimit, engine });
  const sizes = sizesFrom(outline());
  const table = parameterTable(spec, {
    inputs: spec.inputs ?? sizes.inputs,
    outputs: spec.outputs ?? sizes.outputs,
  });
  const trained = table.filter(({ name }) => !isFrozen(name));
  engine.requireRoom(planTraining(trained, updateKindOf(options)), memoryLimit, TRAINING_REMEDY);
}
