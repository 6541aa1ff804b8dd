import type { GradientFlow } from "../flow/index.ts";
import { prepareInParts } from "../measure/propagate.ts";
import type { Network } from "../network/create.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Batch, TaskInput } from "../tasks/index.ts";
import type { CommandContext } from "./context.ts";
import { engineOf, type PASS_ENGINE, requireSplit } from "./options/engine.ts";
import { type MeasureValues, measure, plannedOptions, requireEveryStep } from "./options/measure.ts";
import { type NoMore, nothingLeft, type ValuesOf } from "./options/option.ts";
import { requireStatistics, type StatisticsValues } from "./options/statistics.ts";
import type { LENGTHS, SAMPLES } from "./options/task.ts";
import { whileReading } from "./reading.ts";
import { withLengthsFrom } from "./sequence-lengths.ts";

type SamplesValues = ValuesOf<typeof SAMPLES>;
type LengthsValues = ValuesOf<typeof LENGTHS>;
type EngineValues = ValuesOf<typeof PASS_ENGINE>;

/** The parts of a request that describe a pass. */
interface PassInput extends MadeInput {
  readonly spec: NetworkSpec;
  readonly task: TaskInput;
  readonly lengths?: LengthsValues | undefined;
}

interface MadeInput {
  readonly samples: SamplesValues;
  readonly engine: EngineValues;
  readonly measure: MeasureValues;
  readonly statistics: StatisticsValues;
  readonly quiet: boolean | undefined;
}

/** A network and a batch for it. */
export interface Made {
  readonly network: Network;
  readonly batch: Batch;
}

/** A finished pass. Its network is disposed of after the work with it. */
interface Pass extends Made {
  readonly flow: GradientFlow;
}

export type PassWork<Result> = (pass: Pass) => Result | Promise<Result>;

/**
 * Makes a network and its batch, runs the pass, does `work` with it and disposes of the network.
 * @throws EvanesceError if they do not fit together; the signal's reason after Ctrl-C
 */
export async function withPass<Input extends PassInput, Result>(
  input: NoMore<Input, PassInput>,
  context: CommandContext,
  work: PassWork<Result>,
): Promise<Result> {
  const { spec, task, lengths, ...others }: PassInput = input;
  const { batch, seed, ...moreSamples } = others.samples;
  const { memoryLimit, build, threads: _, ...moreEngine } = others.engine;
  nothingLeft(moreSamples);
  nothingLeft(moreEngine);
  const engine = await engineOf(build);
  const options = { ...plannedOptions(others.measure), memoryLimit, engine };
  const parts = prepareInParts({ network: spec, task, batch, seed, ...options });
  const { network, batch: drawn } = await whileReading(parts, task, others.quiet, context);
  const whole = await withLengthsFrom(lengths?.sequenceLengths, drawn);
  return withMade({ network, batch: whole }, others, context, work);
}

/** `withPass` for a network and a batch that exist already. */
export async function withMade<Given extends MadeInput, Result>(
  { network, batch }: Made,
  input: NoMore<Given, MadeInput>,
  context: CommandContext,
  work: PassWork<Result>,
): Promise<Result> {
  const { engine, measure: asked, statistics, quiet }: MadeInput = input;
  try {
    if ("lastStep" in asked) requireEveryStep(asked.lastStep, batch);
    requireSplit(engine.threads, batch);
    requireStatistics(statistics, network);
    const flow = await measure(network, batch, asked, { threads: engine.threads, quiet }, context);
    return await work({ network, batch, flow });
  } finally {
    network.dispose();
  }
}
