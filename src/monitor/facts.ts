import type { LossState, Verdict } from "../diagnosis/index.ts";
import type { Memory } from "./memory.ts";
import type { MonitorCause, MonitorLayer } from "./types.ts";

/** The facts from which the summary and the advice are written. */
export interface Facts {
  readonly memory: Memory;
  /** The layers with the gains that decided the verdict. */
  readonly layers: readonly MonitorLayer[];
  /** Whether the gradients of the biases decided the verdict. */
  readonly ofBiases: boolean;
  readonly verdict: Verdict;
  /** The layer whose gain is farthest from 0. */
  readonly worst: number;
  readonly state: LossState;
  readonly causes: readonly MonitorCause[];
}
