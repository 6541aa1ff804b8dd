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
import { type Presentation, showResult } from "../show-result.ts";
import { group, handOver, option, type ValuesOf } from "./option.ts";
import { whole, windows } from "./parsers.ts";

/*
 * Options for the measurements of a pass. Every key is one of the library's `MeasureOptions`: the values are passed on
 * unchanged, and a key that the library does not have is a type error.
 */

const EVERY_PASS = [
  option("--no-ledger", "leave out the split of the gain into factors"),
  option("--no-probe", "leave out the transport probe"),
  option(
    "--half",
    "also the part of the gradient that float16 and bfloat16 would lose, and the loss scale that keeps most of it",
  ),
  option("--input-columns", "also the gradient of every input column or token"),
  option("--no-masks", "measure without dropout and zoneout, as in evaluation"),
] as const;
const OVER_STEPS = [
  option("--no-contributions", "leave out the contribution of each step to the weights' gradient"),
  option("--from-start", "with sequences of different lengths: also the profile from the start of each sequence"),
  option("--last-step", "with a loss at every step, also the profile of the last step's loss alone"),
  option("--truncate <K>", "also truncated back-propagation over K or K1,K2 steps", {
    parse: windows,
    fills: ["truncate", "truncate.k1", "truncate.k2"],
  }),
  option("--credit", "with a loss at every step, also the gradient of single losses at earlier steps", {
    fills: "credit",
  }),
  option("--bins <N>", "write every profile and ledger of --json in N bins of steps (default: a number a step)", {
    parse: whole(3, Number.MAX_SAFE_INTEGER, 1000),
    fills: "bins",
  }),
] as const;

export const FEEDFORWARD_MEASURE = group("Measurements", EVERY_PASS);
export const MEASURE = group("Measurements", [...EVERY_PASS, ...OVER_STEPS]);

export type MeasureValues = ValuesOf<typeof FEEDFORWARD_MEASURE> | ValuesOf<typeof MEASURE>;

/** The measurements of a request, as the library takes them. */
export const measureOptions = (values: MeasureValues): MeasureOptions => handOver<MeasureOptions>().of(values);

/** The measurements with which a pass is planned. The other two depend on the batch's targets and lengths. */
export function plannedOptions(values: MeasureValues): MeasureOptions {
  const { lastStep: _last, fromStart: _start, ...planned } = measureOptions(values);
  return planned;
}

/**
 * Runs one pass and shows its progress. Ctrl-C stops it between two parts.
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
  const options = measureOptions(values);
  const work =
    batch.steps !== undefined
      ? { total: batch.steps, noun: "steps" }
      : { total: network.spec.kind === "feedforward" ? network.spec.depth : 1, noun: "layers" };
  const progress = createProgress(stderr, { ...work, quiet });
  const host = { signal, onProgress: progress.update };
  try {
    const unmasked = await inTurns(unmaskedInParts(network, batch), { signal });
    const flow =
      threads === undefined
        ? await inTurns(network.propagateInParts(batch, options), host)
        : await network.propagateAsync(batch, { ...options, threads, ...host });
    return withUnmasked(flow, unmasked);
  } finally {
    await progress.clear();
  }
}

/** Refuses `--last-step` if only the last step has a loss. @throws EvanesceError */
export function requireEveryStep(lastStep: true | undefined, batch: Batch): void {
  if (lastStep !== true || (batch.targets !== undefined && batch.lossAt === "every")) return;
  const got = batch.targets === undefined ? "no loss" : "one at the last step";
  throw new EvanesceError("--last-step", `a task with a loss at every step, unlike ${batch.name}`, got, "leave it out");
}

/** Prints a flow and its further measurements, and writes the requested files. */
export async function showFlow(
  flow: GradientFlow,
  judging: Pick<DiagnoseOptions, "learningRate" | "cost">,
  output: Presentation,
  context: CommandContext,
  measured: FlowExtras = {},
): Promise<void> {
  const diagnosis = diagnose(flow, { ...judging, theory: true });
  const command = commandLine(context);
  const extras = command === undefined ? measured : { ...measured, command };
  await showResult({ schema: "evanesce.flow/1", result: { flow, diagnosis, extras } }, output, context);
}
