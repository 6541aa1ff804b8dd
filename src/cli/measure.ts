import { diagnose } from "../diagnosis/index.ts";
import { EvanesceError } from "../errors.ts";
import type { GradientFlow } from "../flow/index.ts";
import type { MeasureOptions, Network } from "../network.ts";
import { flowToJson, flowToLine, flowToText, jsonText } from "../report/index.ts";
import type { Batch } from "../tasks/index.ts";
import { type Host, Interrupted } from "./host.ts";
import type { MeasureFlags } from "./options.ts";
import { createProgress } from "./progress.ts";
import { terminalOptions } from "./terminal.ts";

/** The event loop, where Ctrl-C arrives, gets a turn this often. */
const TURN_MS = 20;

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
  const turn = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (host.signal.aborted) throw new Interrupted();
  };
  await turn();
  try {
    const parts = network.propagateInParts(batch, options);
    let turnAt = performance.now();
    for (;;) {
      const { done, value } = parts.next();
      if (done) return value;
      if (performance.now() - turnAt < TURN_MS) continue;
      await progress.update(value);
      await turn();
      turnAt = performance.now();
    }
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

/** Prints a flow as the flags ask: JSON, one line, or the whole report. */
export async function show(flow: GradientFlow, flags: MeasureFlags, host: Host): Promise<void> {
  const diagnosis = diagnose(flow);
  if (host.signal.aborted) throw new Interrupted();
  if (flags.json) {
    for (const piece of jsonText(flowToJson(flow, diagnosis))) await host.stdout.write(piece);
    return;
  }
  const options = terminalOptions(flags, host);
  await host.stdout.write(flags.quiet ? flowToLine(diagnosis, options) : flowToText(flow, diagnosis, options));
}
