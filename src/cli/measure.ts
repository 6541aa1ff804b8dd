import { diagnose } from "../diagnosis/index.ts";
import { EvanesceError } from "../errors.ts";
import type { GradientFlow } from "../flow/index.ts";
import type { MeasureOptions, Network } from "../network.ts";
import { type FlowExtras, type FlowResult, flowFields, flowToLine, flowToText, jsonText } from "../report/index.ts";
import type { Batch } from "../tasks/index.ts";
import { commandLine } from "./commandLine.ts";
import { type Host, Interrupted } from "./host.ts";
import type { MeasureFlags } from "./options.ts";
import { type FileFlags, writeFiles } from "./outputs.ts";
import { createProgress } from "./progress.ts";
import { terminalOptions } from "./terminal.ts";
import { createTurns, inTurns } from "./turns.ts";

/**
 * One pass, with progress, stopped by Ctrl-C between two parts.
 * @throws Interrupted
 */
export async function measure(
  network: Network,
  batch: Batch,
  options: MeasureOptions,
  flags: MeasureFlags,
  host: Host,
): Promise<GradientFlow> {
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

/** Prints a flow, and what was measured beside it, as the flags ask: JSON, one line, or the whole report; and writes the files asked for. */
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
  await showResult(
    { flow, diagnosis, extras: command === undefined ? measured : { ...measured, command } },
    flags,
    host,
  );
}

/** The same of a result that may have been read from a file. */
export async function showResult(result: FlowResult, flags: ShowFlags, host: Host): Promise<void> {
  const { flow, diagnosis, extras } = result;
  const turn = createTurns(host);
  await writeFiles((pages) => pages.flowReport(result), flags, host);
  await turn();
  if (flags.json) {
    for (const piece of jsonText(flowFields(flow, diagnosis, extras))) {
      await host.stdout.write(piece);
      await turn();
    }
    return;
  }
  const options = terminalOptions(flags, host);
  await host.stdout.write(flags.quiet ? flowToLine(diagnosis, options) : flowToText(flow, diagnosis, options, extras));
}

/** What decides how a result is shown. */
export type ShowFlags = Pick<MeasureFlags, "json" | "quiet" | "color" | "ascii" | "columns"> & FileFlags;
