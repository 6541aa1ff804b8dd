import type { Diagnosis, TheoryComparison } from "../../../src/diagnosis/index.ts";
import type { GradientFlow } from "../../../src/flow/index.ts";
import type { ActivationName } from "../../../src/catalogue/index.ts";
import type { Experiment, Measured } from "./model/experiment.ts";
import type { Place } from "./model/plane.ts";
import type { Frame, Surface } from "./model/run.ts";
import type { TrainingChoice } from "./model/training-choice.ts";

/** The functions of a worker that the page calls, with their results. */
export interface Calls {
  /** One pass of an experiment. */
  measure(experiment: Experiment): Measured;
  /** Compares a flow with theory. */
  theory(flow: GradientFlow): TheoryComparison;
  /** The line between order and chaos of an activation. */
  line(name: ActivationName): readonly Place[];
  /** Begins a run and returns its first frame. */
  begin(order: { readonly experiment: Experiment; readonly choice: TrainingChoice }): Moment;
  /** Makes a number of updates. */
  step(updates: number): Moment;
  /** Makes updates until a pause is requested, and sends a moment from time to time. */
  play(): null;
  pause(): Moment | null;
  /** Continues the run with other training options. */
  change(choice: TrainingChoice): null;
  /** Ends the run and disposes of its network. */
  end(): null;
  /** A flow as a page of its own. */
  report(order: {
    readonly flow: GradientFlow;
    readonly diagnosis: Diagnosis;
    readonly command: string | null;
  }): string;
  /** A file of the visitor's own. */
  open(file: { readonly name: string; readonly bytes: Uint8Array; readonly current: Experiment }): Opened;
  /** Forgets the visitor's own data and weights. */
  forget(): null;
}

/** The present state of a run. */
export interface Moment {
  readonly frame: Frame;
  readonly measured: Measured;
  readonly surface: Surface | null;
}

/** The result of opening a file. */
export type Opened =
  | {
      readonly kind: "experiment";
      readonly experiment: Experiment;
      readonly notes: readonly string[];
      /** Whether the file contains the weights, which an address cannot hold. */
      readonly weights: boolean;
    }
  | { readonly kind: "flow"; readonly flow: GradientFlow; readonly diagnosis: Diagnosis };

export type CallName = keyof Calls;
export type Asked<Name extends CallName> = Parameters<Calls[Name]>[0];
export type Answer<Name extends CallName> = ReturnType<Calls[Name]>;

/** A question on its way to the worker. */
export interface Question {
  readonly id: number;
  readonly call: CallName;
  readonly argument: unknown;
}

/** From the worker: an answer, an error as a sentence, or a moment of a run. */
export type Message =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly refusal: string }
  | { readonly moment: Moment };
