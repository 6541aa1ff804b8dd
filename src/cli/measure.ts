import { pick } from "../base/options-check.ts";
import { diagnose } from "../diagnosis/index.ts";
import { EvanesceError } from "../base/errors.ts";
import type { GradientFlow } from "../flow/index.ts";
import { MEASURE_KEYS, type MeasureOptions, type Network } from "../network/create.ts";
import type { FlowExtras } from "../report/index.ts";
import type { Batch } from "../tasks/index.ts";
import { commandLine } from "./command-line.ts";
import { type Host, Interrupted } from "./host.ts";
import type { MeasureFlags } from "./options.ts";
import type { FileFlags } from "./outputs.ts";
import { createProgress } from "./progress.ts";
import { showResult } from "./show.ts";
import { createTurns, inTurns } from "./event-loop.ts";

/**
 * One pass, with progress, stopped by Ctrl-C between two parts.
 * @throws Interrupted
 */
export async function measure(
  network: Network,
  batch: Batch,
  given: MeasureOptions,
  flags: MeasureFlags,
  host: Host,
): Promise<GradientFlow> {
  const options = pick(given, MEASURE_KEYS); // a command's flags hold much else
  const work =
    batch.steps !== undefined
      ? { total: batch.steps, noun: "steps" }
      : { total: network.spec.kind === "feedforward" ? network.spec.depth : 1, noun: "layers" };
  const quiet = flags.quiet === true;
  const progress = createProgress(host.stderr, { ...work, quiet });
  try {
    const { threads } = flags;
    if (threads === undefined) return await inTurns(network.propagateInParts(batch, options), host, progress.update);
    const onProgress = (share: number) => void progress.update(share);
    return await network.propagateAsync(batch, { ...options, threads, signal: host.signal, onProgress });
  } catch (error) {
    if (host.signal.aborted) throw new Interrupted();
    throw error;
  } finally {
    await progress.clear();
  }
}

/** `--last-step` says nothing where the last step's loss is the only one. */
export function requireEveryStep({ lastStep }: { readonly lastStep?: boolean | undefined }, batch: Batch): void {
  if (lastStep !== true || (batch.targets !== undefined && batch.lossAt === "every")) return;
  const got = batch.targets === undefined ? "no loss" : "one at the last step";
  throw new EvanesceError("--last-step", `a loss at every step, which ${batch.name} has not`, got, "leave it out");
}

/** Prints a flow, and what was measured beside it, as the flags ask, and writes the files asked for. */
export async function show(
  flow: GradientFlow,
  flags: MeasureFlags & FileFlags,
  host: Host,
  measured: FlowExtras = {},
): Promise<void> {
  const turn = createTurns(host);
  await turn();
  const diagnosis = diagnose(flow, { learningRate: flags.learningRate, theory: true });
  await turn();
  const command = commandLine(host);
  const extras = command === undefined ? measured : { ...measured, command };
  await showResult({ schema: "evanesce.flow/1", result: { flow, diagnosis, extras } }, flags, host);
}
