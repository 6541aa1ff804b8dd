import { depth, initialisation, length, oneKnob, saturation } from "./claims/ablations.ts";
import { boundary } from "./claims/boundary.ts";
import { folding, transplant } from "./claims/capacity.ts";
import { chain } from "./claims/chain.ts";
import { earlyUpdates, stalls } from "./claims/early.ts";
import { appears, convergence, earlyFeatures, sensitivity, slow } from "./claims/effects.ts";
import { exponential, powerLaw } from "./claims/exponential.ts";
import { gap, generalisation } from "./claims/generalisation.ts";
import { addingProblem, copyMemory } from "./claims/memory.ts";
import { modern } from "./claims/modern.ts";
import { adam, alone, nonexistent } from "./claims/optimisers.ts";
import { blamed, deeper, flowPredicts, rateAlone, saturating } from "./claims/pitfalls.ts";
import { hierarchical, longRange } from "./claims/range.ts";
import {
  reluVariants,
  initialisations,
  ownInitialisations,
  skips,
  normalisation,
  shorterDepth,
  dilated,
  gating,
  clipping,
} from "./claims/remedies.ts";
import { shrink } from "./claims/shrink.ts";
import { noComfort, variance } from "./claims/variance.ts";
import type { ClaimDefinition } from "./define.ts";

/** Every claim, in the order it is printed. */
export const CLAIMS: readonly ClaimDefinition[] = [
  shrink,
  earlyUpdates,
  stalls,
  longRange,
  hierarchical,
  transplant,
  folding,
  depth,
  chain,
  saturation,
  initialisation,
  length,
  exponential,
  powerLaw,
  oneKnob,
  boundary,
  slow,
  earlyFeatures,
  convergence,
  sensitivity,
  appears,
  reluVariants,
  initialisations,
  ownInitialisations,
  skips,
  normalisation,
  shorterDepth,
  dilated,
  gating,
  clipping,
  modern,
  alone,
  adam,
  nonexistent,
  variance,
  noComfort,
  generalisation,
  gap,
  deeper,
  saturating,
  rateAlone,
  blamed,
  flowPredicts,
  addingProblem,
  copyMemory,
];
