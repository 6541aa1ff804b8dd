import { EvanesceError } from "../base/errors.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import type { Optimizer } from "../catalogue/optimizers/index.ts";
import type { TrainingMemory } from "../wasm/training/memory.ts";
import type { TrainerState } from "./trainer-types.ts";

/* The tensors of a trainer's state: the optimizer's tensors, and the first values of the parameters. */

/** Copies of these tensors, by name, with a pause after each. */
export function* savedTensors(
  memory: TrainingMemory,
  trained: readonly string[],
): Generator<void, Record<string, Float32Array>> {
  const tensors = Object.fromEntries(yield* memory.state());
  for (const name of trained) {
    tensors[`start.${name}`] = yield* memory.copyOf("start", name);
    yield;
  }
  return tensors;
}

/**
 * Copies the tensors of a state into the memory, with a pause after each.
 *
 * @throws EvanesceError for the state of another optimizer or network; then nothing has been copied
 */
export function* restoreTensors(
  memory: TrainingMemory,
  { name: optimizer, slots }: Optimizer,
  trained: readonly string[],
  state: TrainerState,
): Generator<void, void> {
  requireObject("state", state, "give what state() returned");
  if (state.optimizer !== optimizer) {
    const rule = `${optimizer}'s, as the trainer's`;
    throw new EvanesceError("state.optimizer", rule, state.optimizer, "make that trainer");
  }
  const wanted = [...slots, "start"].flatMap((kept) => trained.map((name) => `${kept}.${name}`));
  requireKnown("state.tensors", state.tensors, wanted);
  const places = wanted.map((key) => {
    const dot = key.indexOf(".");
    const place = () => memory.view(key.slice(0, dot) as "first", key.slice(dot + 1));
    const values = state.tensors[key];
    if (values?.length === place().length) return { place, values };
    const rule = `${place().length} values`;
    throw new EvanesceError(`state.tensors.${key}`, rule, values?.length, "restore the same network");
  });
  for (const { place, values } of places) {
    place().set(values);
    yield;
  }
}
