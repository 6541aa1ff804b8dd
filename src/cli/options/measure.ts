import { diagnose, type DiagnoseOptions } from "../../diagnosis/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import { inTurns } from "../../base/cooperative-work.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { MeasureOptions, Network } from "../../network/create.ts";
import { unmaskedInParts, withUnmasked } from "../../measure/unmasked.ts";
import type { FlowExtras } from "../../report/index.ts";
import type { Batch } from "../../tasks/index.ts";
import { commandLine } from "../command-line.ts";
import type { CommandContext } from "../context.ts";
import { createProgress } from "../progress.ts";
import { type Shown, showResult } from "../show-result.ts";
import { group, handOver, option, type ValuesOf } from "./option.ts";
import { windows } from "./parsers.ts";

/*
 * Measurements of a pass, by network. Every key is one of the library's `MeasureOptions`: the values are handed over as
 * they are, and a key that the library does not have is a type error.
 */

const EVERY_PASS = [
  option("--no-ledger", "leave out the split of the gain into factors"),
  option("--no-probe", "leave out the transport probe"),
  option("--half", "also what float16 and bfloat16 would lose of the gradient, and the loss scale that keeps the most"),
  option("--input-columns", "also the gradient of every input column, or token"),
  option("--no-masks", "measure without dropout and zoneout, as in evaluation"),
] as const;
const OVER_STEPS = [
  option("--no-contributions", "leave out each step's own share of the weights' gradient"),
  option("--last-step", "where every step has a loss: also the profile of the last step's alone"),
] as const;

export const FEEDFORWARD_MEASURE = group("Measurements", EVERY_PASS);
export const MEASURE = group("Measurements", [...EVERY_PASS, ...OVER_STEPS]);
export const RECURRENT_MEASURE = group("Measurements", [
  ...MEASURE.options,
  option("--truncate <K>", "also truncated back-propagation, K or K1,K2 steps", {
    parse: windows,
    fills: ["truncate", "truncate.k1", "truncate.k2"],
  }),
  option("--credit", "where every step has a loss: also what single losses contribute at earlier steps", {
    fills: "credit",
  }),
]);

export type MeasureValues =
  | ValuesOf<typeof FEEDFORWARD_MEASURE>
  | ValuesOf<typeof RECURRENT_MEASURE>
  | ValuesOf<typeof MEASURE>;

/**
 * One pass, with progress; Ctrl-C stops it between two parts.
 *
 * @throws the signal's reason after Ctrl-C
 */
export async function measure(
  network: Network,
  batch: Batch,
  values: MeasureValues,
  { threads, quiet }: { readonly threads: number | "auto" | undefined; readonly quiet: boolean | undefined },
  { stderr, signal }: CommandContext,
): Promise<GradientFlow> {
  const options = handOver<MeasureOptions>().of(values);
  const work =
    batch.steps !== undefined
      ? { total: batch.steps, noun: "steps" }
      : { total: network.spec.kind === "feedforward" ? network.spec.depth : 1, noun: "layers" };
  const progress = createProgress(stderr, { ...work, quiet });
  const turns = { signal, onProgress: progress.update };
  try {
    const unmasked = await inTurns(unmaskedInParts(network, batch), { signal });
    const flow =
      threads === undefined
        ? await inTurns(network.propagateInParts(batch, options), turns)
        : await network.propagateAsync(batch, { ...options, threads, ...turns });
    return withUnmasked(flow, unmasked);
  } finally {
    await progress.clear();
  }
}

/** Refuses `--last-step` where the last step's loss is the only one. @throws EvanesceError */
export function requireEveryStep(lastStep: true | undefined, batch: Batch): void {
  if (lastStep !== true || (batch.targets !== undefined && batch.lossAt === "every")) return;
  const got = batch.targets === undefined ? "no loss" : "one at the last step";
  throw new EvanesceError("--last-step", `a loss at every step, which ${batch.name} has not`, got, "leave it out");
}

/** Prints a flow and what was measured beside it, and writes the files asked for. */
export async function showFlow(
  flow: GradientFlow,
  judging: Pick<DiagnoseOptions, "learningRate" | "cost">,
  output: Shown,
  context: CommandContext,
  measured: FlowExtras = {},
): Promise<void> {
  const diagnosis = diagnose(flow, { ...judging, theory: true });
  const command = commandLine(context);
  const extras = command === undefined ? measured : { ...measured, command };
  await showResult({ schema: "evanesce.flow/1", result: { flow, diagnosis, extras } }, output, context);
}
