import type { Command } from "commander";
import { type Jacobians, jacobiansInParts } from "../measure/jacobians.ts";
import { type ClipLedger, clipByNorm, clipByUnit, clipByValue } from "../metrics/index.ts";
import type { Network } from "../network/create.ts";
import type { Batch } from "../tasks/index.ts";
import type { Host } from "./host.ts";
import { createProgress } from "./progress.ts";
import { inTurns } from "./event-loop.ts";
import { real, whole, windows } from "./values.ts";

/** What is made of a recurrent network's gradient beside its profile. */
export interface GradientFlags {
  readonly truncate?: { readonly k1: number; readonly k2: number };
  readonly credit?: boolean;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly clipUnit?: number;
  readonly spectrum?: true | number;
}

/** What these flags add to a flow. */
export interface GradientExtras {
  readonly clipping?: readonly ClipLedger[];
  readonly jacobians?: Jacobians;
}

/** What a recurrent command can do to the gradient, or look at of it, beside the pass. */
export function addGradientOptions(command: Command): Command {
  return command
    .option("--truncate <K>", "also truncated back-propagation, K or K1,K2 steps", windows("--truncate"))
    .option("--credit", "where every step has a loss: also what single losses contribute at earlier steps")
    .option(
      "--clip-norm <C>",
      "what clipping to this norm does, to the truncated gradient where there is one",
      real("--clip-norm"),
    )
    .option("--clip-value <V>", "the same of every entry to −V … V", real("--clip-value"))
    .option(
      "--clip-unit <λ>",
      "the same of every unit to λ of its weights' norm (AGC; usual: 0.01)",
      real("--clip-unit"),
    )
    .option(
      "--spectrum [W]",
      "also singular values over the last W steps (default: 100), Lyapunov exponents, W_hh's spectrum",
      whole("--spectrum", 1),
    );
}

/** Measures what the flags ask of a network that has run its pass. */
export async function gradientExtras(
  network: Network,
  batch: Batch,
  flags: GradientFlags & { readonly quiet?: boolean; readonly memoryLimit?: number },
  host: Host,
): Promise<GradientExtras> {
  const clipping = clipLedgers(network, flags);
  if (flags.spectrum === undefined) return clipping;
  const { quiet = false, memoryLimit } = flags;
  const progress = createProgress(host.stderr, { total: batch.steps ?? 1, noun: "steps", quiet });
  const window = flags.spectrum === true ? undefined : flags.spectrum;
  try {
    const parts = jacobiansInParts({ network, data: batch, window, memoryLimit });
    return { ...clipping, jacobians: await inTurns(parts, host, progress.update) };
  } finally {
    await progress.clear();
  }
}

function clipLedgers(network: Network, flags: GradientFlags): Pick<GradientExtras, "clipping"> {
  const { clipNorm, clipValue, clipUnit } = flags;
  if (clipNorm === undefined && clipValue === undefined && clipUnit === undefined) return {};
  const store = flags.truncate === undefined ? network.gradients : (network.truncatedGradients ?? network.gradients);
  const gradients = network.parameters.names.map((name) => ({
    name,
    gradient: store.get(name),
    shape: network.parameters.shape(name),
    weight: network.parameters.get(name),
  }));
  return {
    clipping: [
      ...(clipNorm === undefined ? [] : [clipByNorm(gradients, clipNorm).ledger]),
      ...(clipValue === undefined ? [] : [clipByValue(gradients, clipValue).ledger]),
      ...(clipUnit === undefined ? [] : [clipByUnit(gradients, clipUnit).ledger]),
    ],
  };
}

/** Refuses limits that clip nothing, before the pass. @throws EvanesceError */
export function requireLimits({ clipNorm, clipValue, clipUnit }: GradientFlags): void {
  if (clipNorm !== undefined) clipByNorm([], clipNorm);
  if (clipValue !== undefined) clipByValue([], clipValue);
  if (clipUnit !== undefined) clipByUnit([], clipUnit);
}
