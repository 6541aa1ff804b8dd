/** Claims about vanishing gradients: experiments described as data, run, and judged by their numbers. */
export { type ClaimEvent, type ClaimsOptions, claims } from "./claims.ts";
export { criterionSentence } from "./criterion.ts";
export { type Labeled, labeledTable } from "./glyphs.ts";
export { type Sweep, type SweepCell, type SweepEvent, type SweepOptions, sweep } from "../sweeps/sweep.ts";
export { CLAIMS } from "./table.ts";
export type { Trained, TrainedParameter, TrainingPlan } from "../training/short-training.ts";
export { TOPICS } from "./topics.ts";
export type * from "./types.ts";
