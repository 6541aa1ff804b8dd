import type { TaskCost } from "../../diagnosis/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import type { TaskInput } from "../../tasks/index.ts";
import type { CommandContext } from "../context.ts";
import { createProgress } from "../progress.ts";
import { group, nothingLeft, option, type ValuesOf } from "./option.ts";
import { whole } from "./parsers.ts";

/** The option that measures whether vanishing matters on the task. */
export const TASK_COST = group("Measurements", [
  option(
    "--task-cost [updates]",
    "also train with and without the advice (default: 1,000 updates) to find what the path costs; for a sequence, also shuffle steps to find where the task's information is",
    { parse: whole(1), fills: "updates" },
  ),
]);

/** @throws EvanesceError as `taskCost`; the signal's reason after Ctrl-C */
export async function taskCostOf(
  { taskCost: asked, ...rest }: ValuesOf<typeof TASK_COST>,
  input: {
    readonly network: NetworkSpec;
    readonly task: TaskInput;
    readonly batch: number | undefined;
    readonly seed: number | undefined;
  },
  quiet: boolean | undefined,
  { stderr, signal }: CommandContext,
): Promise<TaskCost | undefined> {
  nothingLeft(rest);
  if (asked === undefined) return undefined;
  const { taskCost } = await import("../../training/task-cost.ts");
  const updates = asked === true ? undefined : asked;
  const progress = createProgress(stderr, { total: 2 * (updates ?? 1000), noun: "updates", quiet });
  const run = taskCost({ ...input, updates, signal });
  try {
    for await (const { share } of run) await progress.update(share);
    return await run.result;
  } finally {
    await progress.clear();
  }
}
