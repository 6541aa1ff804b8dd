import { type Run, startRun } from "../base/cooperative-work.ts";
import { EvanesceError } from "../base/errors.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import type { TaskCost } from "../diagnosis/index.ts";
import { GRADIENTS_ONLY } from "../network/create.ts";
import { requireRoomForPass } from "../network/room.ts";
import { parseSpec } from "../spec/index.ts";
import { prepareTask } from "../tasks/index.ts";
import { random } from "../base/random.ts";
import type { TaskCostEvent, TaskCostOptions } from "./task-cost-options.ts";

const KEYS = ["network", "task", "batch", "updates", "optimizer", "seed", "engine", "signal"];
/** Held-out samples among which steps are shuffled. */
const TEST_BATCH = 512;
/**
 * Measures what a sick path costs on a task. It trains the network and a reference on the same batches, and the network
 * on a second seed if it learns too little on the first. The reference
 * is the network with the change that the advice proposes for its verdict (for vanishing, if the path is healthy). For
 * a recurrent network it then exchanges the inputs of each block of steps between held-out samples: the loss rises if
 * the network uses these inputs.
 *
 * @throws EvanesceError for a recurrent network's task with a loss at every step, or without targets
 */
export function taskCost(options: TaskCostOptions): Run<TaskCostEvent, TaskCost> {
  requireObject("taskCost", options, 'start from { network: { kind: "recurrent" } }');
  requireKnown("taskCost", options, KEYS);
  const spec = parseSpec(options.network);
  const { updates = 1000, batch = 32, seed = 0 } = options;
  for (const [name, value] of Object.entries({ updates, batch })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new EvanesceError(`taskCost.${name}`, "a whole number ≥ 1", value, "leave it out for the default");
    }
  }
  const source = prepareTask(options.task ?? (spec.kind === "recurrent" ? "adding" : "teacher"), spec.kind);
  requireRoomForPass(spec, source.outline({ batch: TEST_BATCH, seed: 0 }), GRADIENTS_ONLY, { engine: options.engine });
  const test = source({ batch: TEST_BATCH, seed: random(seed, "task-cost/test").below(2 ** 32) });
  if (test.lossAt === "every" || test.targets === undefined || test.lengths !== undefined) {
    const got = test.targets === undefined ? "no loss" : test.lengths === undefined ? "one at every step" : "lengths";
    const rule =
      spec.kind === "recurrent" ? "a loss at the last step of sequences of one length" : "a task with targets";
    throw new EvanesceError("taskCost.task", rule, got, "choose another task, such as adding");
  }
  const settings = { ...options, updates, batch, seed };
  return startRun(async () => (await import("./task-cost-run.ts")).taskCostRun(spec, source, test, settings));
}
