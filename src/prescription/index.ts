/** Remedies that are tried on the network itself, and knock-outs that test the causes of its diagnosis. */
export type { Cost } from "./flops.ts";
export { costOf } from "./flops.ts";
export type { Interval } from "./interval.ts";
export { prescribe } from "./prescribe.ts";
export { REMEDIES } from "./remedies/index.ts";
export type {
  Race,
  RacedRate,
  RaceEntry,
  RaceOptimizer,
  RaceOptions,
  RaceSchedule,
  Rung,
} from "./race/types.ts";
export { AS_IT_IS } from "./race/types.ts";
export type {
  Change,
  KnockOut,
  Outcome,
  PatientOutcome,
  PrescribeOptions,
  Prescription,
  PrescriptionEvent,
  Treatment,
  Verification,
  VerifiedLoss,
} from "./types.ts";
