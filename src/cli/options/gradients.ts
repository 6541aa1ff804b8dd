import { inTurns } from "../../base/cooperative-work.ts";
import { type Jacobians, jacobiansInParts } from "../../measure/jacobians.ts";
import { type ClipLedger, clipByNorm, clipByUnit, clipByValue } from "../../metrics/index.ts";
import type { Network } from "../../network/create.ts";
import type { Batch } from "../../tasks/index.ts";
import type { CommandContext } from "../context.ts";
import { createProgress } from "../progress.ts";
import { group, nothingLeft, option, type ValuesOf } from "./option.ts";
import { real, whole } from "./parsers.ts";

/** Further measurements of a recurrent pass: the effect of clipping, and the Jacobians. */
export const GRADIENTS = group("Measurements", [
  option("--clip-norm <C>", "also the effect of clipping the gradient (or the truncated gradient) to this norm", {
    parse: real,
    fills: "clip.norm",
  }),
  option("--clip-value <V>", "also the effect of clipping every entry to −V … V", { parse: real, fills: "clip.value" }),
  option("--clip-unit <λ>", "also the effect of clipping every unit to λ of its weights' norm (AGC; usual: 0.01)", {
    parse: real,
    fills: "clip.unit",
  }),
  option(
    "--spectrum [W]",
    "also singular values over the last W steps (default: 100), Lyapunov exponents, and the spectrum of W_hh",
    { parse: whole(1), fills: "window" },
  ),
]);

type GradientValues = ValuesOf<typeof GRADIENTS>;

/** The results that these options add to a flow. */
export interface GradientExtras {
  readonly clipping?: readonly ClipLedger[];
  readonly jacobians?: Jacobians;
}

/** The pass whose network is measured. */
interface Running {
  readonly memoryLimit: number | undefined;
  readonly quiet: boolean | undefined;
  /** Whether it also measured the truncated gradient. */
  readonly truncated: boolean;
}

/** Measures what these options request, on a network that has run its pass. */
export async function gradientExtras(
  network: Network,
  batch: Batch,
  { spectrum, ...limits }: GradientValues,
  { memoryLimit, quiet, truncated }: Running,
  { stderr, signal }: CommandContext,
): Promise<GradientExtras> {
  const clipping = clipLedgers(network, limits, truncated);
  if (spectrum === undefined) return clipping;
  const progress = createProgress(stderr, { total: batch.steps ?? 1, noun: "steps", quiet });
  const window = spectrum === true ? undefined : spectrum;
  try {
    const parts = jacobiansInParts({ network, data: batch, window, memoryLimit });
    return { ...clipping, jacobians: await inTurns(parts, { signal, onProgress: progress.update }) };
  } finally {
    await progress.clear();
  }
}

function clipLedgers(
  network: Network,
  limits: Omit<GradientValues, "spectrum">,
  truncated: boolean,
): Pick<GradientExtras, "clipping"> {
  const { clipNorm, clipValue, clipUnit, ...rest } = limits;
  nothingLeft(rest);
  if (clipNorm === undefined && clipValue === undefined && clipUnit === undefined) return {};
  const store = (truncated ? network.truncatedGradients : undefined) ?? network.gradients;
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

/** Refuses limits that clip nothing before the pass. @throws EvanesceError */
export function requireLimits({ clipNorm, clipValue, clipUnit }: GradientValues): void {
  if (clipNorm !== undefined) clipByNorm([], clipNorm);
  if (clipValue !== undefined) clipByValue([], clipValue);
  if (clipUnit !== undefined) clipByUnit([], clipUnit);
}
