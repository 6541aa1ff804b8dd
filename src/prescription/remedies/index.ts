import { EvanesceError } from "../../errors.ts";
import { nearest } from "../../spec/nearest.ts";
import { type NetworkSpec, parseSpec } from "../../spec/index.ts";
import { ACTIVATION_REMEDIES } from "./activations.ts";
import { DEEP_INITIALISATIONS, RECURRENT_INITIALISATIONS } from "./initialisations.ts";
import { DEEP_PATHS, RECURRENT_NORMS } from "./paths.ts";
import type { Patient, Remedy } from "./remedy.ts";
import { GATING_REMEDIES, LENGTH_REMEDIES } from "./time.ts";

export type { Family, Patient, Remedy } from "./remedy.ts";

/** Every remedy, of both kinds of network. */
export const REMEDIES: readonly Remedy[] = [
  ...ACTIVATION_REMEDIES,
  ...DEEP_INITIALISATIONS,
  ...DEEP_PATHS,
  ...RECURRENT_INITIALISATIONS,
  ...RECURRENT_NORMS,
  ...GATING_REMEDIES,
  ...LENGTH_REMEDIES,
] as readonly Remedy[];
