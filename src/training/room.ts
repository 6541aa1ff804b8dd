import { planTraining, TRAINING_REMEDY } from "../wasm/training/plan.ts";
import { sizesFrom } from "../network/fitting.ts";
import { GRADIENTS_ONLY } from "../network/create.ts";
import { memoryOf, requireRoomForPass } from "../network/room.ts";
import { parameterTable } from "../spec/parameters.ts";
import type { Plan } from "./options.ts";
import { updateKindOf } from "./trainer.ts";

/**
 * Refuses a run that does not fit into memory before it draws a batch or initializes a parameter. It counts the passes,
 * and the trainer's parameters, gradients and optimizer state.
 *
 * @throws EvanesceError with the number of bytes that are allowed and needed
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
