import { depth, initialisation, length, oneKnob, saturation } from "./claims/ablations.ts";
import { boundary } from "./claims/boundary.ts";
import { chain } from "./claims/chain.ts";
import { exponential, powerLaw } from "./claims/exponential.ts";
import { shrink } from "./claims/shrink.ts";
import type { ClaimDefinition } from "./define.ts";

/** Every claim, in the order it is printed. */
export const CLAIMS: readonly ClaimDefinition[] = [
  shrink,
  depth,
  chain,
  saturation,
  initialisation,
  length,
  exponential,
  powerLaw,
  oneKnob,
  boundary,
];
