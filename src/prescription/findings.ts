import type { Diagnosis, Verdict } from "../diagnosis/index.ts";
import type { TaskRecord } from "../flow/index.ts";
import { sizesFrom } from "../network/fitting.ts";
import { createNetwork, type Network } from "../network/create.ts";
import type { Sampler } from "../tasks/index.ts";
import { prepareTask } from "../tasks/index.ts";
import { costOf, type Cost } from "./flops.ts";
import { setFixedWeights } from "./fixed-weights.ts";
import { type Measured, measured, type Sample } from "./measure.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { Batch } from "../tasks/index.ts";
import type { MeasuredNetwork } from "./remedies/index.ts";
import type { Race } from "./race/types.ts";
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
  profile?: MeasuredNetwork;
  readonly knockOuts: KnockOut[];
  readonly treatments: Treatment[];
  readonly controls: Treatment[];
  race?: Race;
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
  /** In passes of the network. */
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

  /**
   * Adds to what is to be done, in passes of the network; less than nothing takes away what was expected and will not
   * come.
   */
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

  /** The network of a spec for one seed and batch, its parameters drawn. The caller disposes of it. */
  drawn(spec: NetworkSpec, { seed, batch }: Sample): Network {
    return createNetwork(spec, { seed, ...this.#sizes(batch), memoryLimit: this.settings.memoryLimit });
  }

  /** The same with the given parameters in it, where some are. */
  network(spec: NetworkSpec, sample: Sample): Network {
    const { fixedWeights, network: own } = this.settings;
    const network = this.drawn(spec, sample);
    try {
      if (fixedWeights !== undefined) setFixedWeights(network, fixedWeights, spec === own);
    } catch (error) {
      network.dispose();
      throw error;
    }
    return network;
  }

  /** A pass of a fresh network of `spec`. */
  *measure(spec: NetworkSpec, sample: Sample, ledger = false): Generator<undefined, Measured> {
    const network = this.network(spec, sample);
    try {
      return yield* this.guarded(measured(network, sample.batch, ledger));
    } finally {
      network.dispose();
    }
  }

  #sizes(batch: Batch): NetworkSizes {
    const sizes = sizesFrom(batch);
    return this.settings.bare ? { ...sizes, outputs: null } : sizes;
  }

  /** What a network costs on batches of this task. */
  cost(spec: NetworkSpec, batch: Batch): Cost {
    const { inputs, outputs } = this.#sizes(batch);
    const sizes = { inputs: spec.inputs ?? inputs, outputs: spec.outputs ?? outputs };
    const T = batch.steps ?? 1;
    return costOf(spec, sizes, batch.batch, T, batch.lossAt === "every" ? T : 1);
  }
}
