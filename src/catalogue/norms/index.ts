import { batch } from "./batch.ts";
import { layer } from "./layer.ts";
import { none } from "./none.ts";
import type { NormFacts } from "./norm.ts";
import { rms } from "./rms.ts";
import { weight } from "./weight.ts";

export type { NormFacts };

/** Every normalization of a deep network, in the order that lists show them. */
export const NORM_TABLE = { none, batch, layer, rms, weight } as const satisfies Readonly<Record<string, NormFacts>>;

export type NormName = keyof typeof NORM_TABLE;
/** A normalization of activations. */
export type StatisticalNorm = "batch" | "layer" | "rms";

/** ε, added to a variance: `torch.nn.functional`'s default. */
export const NORM_EPSILON = 1e-5;

export const NORMS = Object.keys(NORM_TABLE) as [NormName, ...NormName[]];

export const normFacts = (name: NormName): NormFacts => NORM_TABLE[name];

/** Whether it normalizes activations, so that it stands in the path of the gradient. */
export const normalizesActivations = (name: NormName): name is StatisticalNorm => normFacts(name).of === "activations";
