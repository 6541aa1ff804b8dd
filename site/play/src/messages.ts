import type { Diagnosis, TheoryComparison } from "../../../src/diagnosis/index.ts";
import type { GradientFlow } from "../../../src/flow/index.ts";
import type { ActivationName } from "../../../src/catalogue/index.ts";
import type { Experiment, Measured } from "./model/experiment.ts";
import type { Place } from "./model/plane.ts";
import type { Frame, Surface } from "./model/run.ts";
import type { TrainingChoice } from "./model/training-choice.ts";

/** What the page asks a worker, and what each answer is. */
export interface Calls {
  /** One pass of an experiment. */
  measure(experiment: Experiment): Measured;
  /** Theory beside a flow. */
  theory(flow: GradientFlow): TheoryComparison;
  /** The line between order and chaos of an activation. */
  line(name: ActivationName): readonly Place[];
  /** A run begins, and shows its first frame. */
  begin(order: { readonly experiment: Experiment; readonly choice: TrainingChoice }): Moment;
  /** So many updates. */
  step(updates: number): Moment;
  /** Updates until told to pause; moments come by themselves. */
  play(): null;
  pause(): Moment | null;
  /** The run goes on by another rule. */
  change(choice: TrainingChoice): null;
  /** The run and its network are gone. */
  end(): null;
  /** A flow as a page of its own. */
  report(order: {
    readonly flow: GradientFlow;
    readonly diagnosis: Diagnosis;
    readonly command: string | null;
  }): string;
  /** A file of the visitor's own. */
  open(file: { readonly name: string; readonly bytes: Uint8Array; readonly current: Experiment }): Opened;
  /** The visitor's own data and weights are left out again. */
  forget(): null;
}

/** A run as it stands. */
export interface Moment {
  readonly frame: Frame;
  readonly measured: Measured;
  readonly surface: Surface | null;
}

/** What a file became. */
export type Opened =
  | {
      readonly kind: "experiment";
      readonly experiment: Experiment;
      readonly notes: readonly string[];
      /** Whether the file brought the weights, which no address can hold. */
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

/** From the worker: an answer, a refusal in a sentence, or a moment of a run under way. */
export type Message =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly refusal: string }
  | { readonly moment: Moment };
