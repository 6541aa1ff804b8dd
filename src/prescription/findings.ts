import type { Diagnosis, Verdict } from "../diagnosis/index.ts";
import type { TaskRecord } from "../flow/index.ts";
import type { Sampler } from "../tasks/index.ts";
import { prepareTask } from "../tasks/index.ts";
import { costOf, type Cost } from "./flops.ts";
import { type Measured, measureSpec, type Sample } from "./measure.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Batch } from "../tasks/index.ts";
import type { Patient } from "./remedies/index.ts";
import type { Settings } from "./settings.ts";
import type { KnockOut, PatientOutcome, PrescriptionEvent, Treatment, Verification } from "./types.ts";

/** Thrown inside the work where its signal says stop; it never leaves `prescribe`. */
export class Stopped extends Error {}

/** What has been found so far. */
export interface Findings {
  task?: TaskRecord;
  patient?: PatientOutcome;
  /** Of each seed. */
  readonly diagnoses: Diagnosis[];
  readonly gains: number[];
  readonly verdicts: Verdict[];
  /** What remedies may know; set with `patient`. */
  profile?: Patient;
  readonly knockOuts: KnockOut[];
  readonly treatments: Treatment[];
  readonly controls: Treatment[];
  verification?: Verification;
  readonly untried: { name: string; why: string }[];
}

/** The work's surroundings: its settings, what it found, and how far it is. */
export class Work {
  readonly settings: Settings;
  readonly findings: Findings = {
    diagnoses: [],
    gains: [],
    verdicts: [],
    knockOuts: [],
    treatments: [],
    controls: [],
    untried: [],
  };
  readonly #draw: Sampler;
  /** In passes of the patient. */
  #done = 0;
  #planned = 0;
  #share = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.#draw = prepareTask(settings.task, settings.network.kind);
  }

  /** The batch of a seed: drawn anew, the same bits every time. */
  sample(seed: number): Sample {
    return { seed, batch: this.#draw({ batch: this.settings.batch, seed }) };
  }

  /** Adds to what is to be done, in passes of the patient; less than nothing takes away what was expected and will not come. */
  plan(passes: number): void {
    this.#planned += passes;
  }

  /** An event, after `passes` were done. */
  event(phase: PrescriptionEvent["phase"], name: string, seed: number, passes: number): PrescriptionEvent {
    this.#done += passes;
    this.#share = Math.min(1, Math.max(this.#share, this.#done / Math.max(this.#planned, this.#done)));
    return { phase, name, seed, share: this.#share };
  }

  /** @throws Stopped once the signal has come */
  check(): void {
    if (this.settings.signal?.aborted === true) throw new Stopped();
  }

  /** `part`, stopped by the signal between two of its pauses. */
  *guarded<Result>(part: Generator<undefined, Result>): Generator<undefined, Result> {
    try {
      for (;;) {
        this.check();
        const { done, value } = part.next();
        if (done) return value;
        yield undefined;
      }
    } finally {
      part.return(undefined as Result);
    }
  }

  /** A pass of a fresh network of `spec`. */
  *measure(spec: NetworkSpec, sample: Sample, ledger = false): Generator<undefined, Measured> {
    return yield* this.guarded(measureSpec(spec, sample, ledger, this.settings.memoryLimit));
  }

  /** What a network costs on batches of this task. */
  cost(spec: NetworkSpec, batch: Batch): Cost {
    const outputs = batch.targets === undefined || batch.name === "arrays" ? null : (batch.outputSize ?? null);
    const sizes = { inputs: spec.inputs ?? batch.inputSize, outputs: spec.outputs ?? outputs };
    const T = batch.steps ?? 1;
    return costOf(spec, sizes, batch.batch, T, batch.lossAt === "every" ? T : 1);
  }
}
