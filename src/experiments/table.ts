import { depth, initialization, length, oneKnob, saturation } from "./claims/ablations.ts";
import { boundary } from "./claims/boundary.ts";
import { folding, transplant } from "./claims/capacity.ts";
import { chain } from "./claims/chain.ts";
import { earlyUpdates, stalls } from "./claims/early.ts";
import { appears, convergence, earlyFeatures, sensitivity, slow } from "./claims/effects.ts";
import { exponential, powerLaw } from "./claims/exponential.ts";
import { gap, generalization } from "./claims/generalization.ts";
import { addingProblem, copyMemory } from "./claims/memory.ts";
import { modern } from "./claims/modern.ts";
import { adam, alone, nonexistent } from "./claims/optimizers.ts";
import { blamed, deeper, flowPredicts, rateAlone, saturating } from "./claims/pitfalls.ts";
import { hierarchical, longRange } from "./claims/range.ts";
import {
  reluVariants,
  initializations,
  ownInitializations,
  skips,
  normalization,
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
  initialization,
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
  initializations,
  ownInitializations,
  skips,
  normalization,
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
  generalization,
  gap,
  deeper,
  saturating,
  rateAlone,
  blamed,
  flowPredicts,
  addingProblem,
  copyMemory,
];
