import type { Diagnosis, Verdict } from "../diagnosis/index.ts";
import type { TaskRecord } from "../flow/index.ts";
import { sizesFrom } from "../network/fitting.ts";
import { createNetwork, GRADIENTS_ONLY, type Network } from "../network/create.ts";
import { requireRoomForPass } from "../network/room.ts";
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

/** Thrown inside the work when its signal aborts. It never leaves `prescribe`. */
export class Stopped extends Error {}

/** The results so far. */
export interface Findings {
  task?: TaskRecord;
  unchanged?: PatientOutcome;
  /** One diagnosis for each seed. */
  readonly diagnoses: Diagnosis[];
  readonly gains: number[];
  readonly verdicts: Verdict[];
  /** The facts that remedies may use; set together with `unchanged`. */
  profile?: MeasuredNetwork;
  readonly knockOuts: KnockOut[];
  readonly treatments: Treatment[];
  readonly controls: Treatment[];
  race?: Race;
  verification?: Verification;
  readonly untried: { name: string; why: string }[];
}

/** The state of the work: its settings, its results, and its progress. */
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
  /** Work that is done, in passes of the network. */
  #done = 0;
  #planned = 0;
  #share = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.#draw = prepareTask(settings.task, settings.network.kind);
    const { network, batch, seeds, bare, memoryLimit } = settings;
    const outline = this.#draw.outline({ batch, seed: seeds[0] });
    requireRoomForPass(network, outline, GRADIENTS_ONLY, { memoryLimit, ...(bare ? { outputs: null } : {}) });
  }

  /** The batch of a seed. It is drawn each time and has the same bits. */
  sample(seed: number): Sample {
    return { seed, batch: this.#draw({ batch: this.settings.batch, seed }) };
  }

  /**
   * Adds to the planned work, in passes of the network. A negative number removes work that will not be needed.
   */
  plan(passes: number): void {
    this.#planned += passes;
  }

  /** An event after `passes` more passes. */
  event(phase: PrescriptionEvent["phase"], name: string, seed: number, passes: number): PrescriptionEvent {
    this.#done += passes;
    this.#share = Math.min(1, Math.max(this.#share, this.#done / Math.max(this.#planned, this.#done)));
    return { phase, name, seed, share: this.#share };
  }

  /** @throws Stopped if the signal has aborted */
  check(): void {
    if (this.settings.signal?.aborted === true) throw new Stopped();
  }

  /** Runs `part`. The signal can stop it at each of its pauses. */
  *guarded<Result>(part: Generator<unknown, Result>): Generator<undefined, Result> {
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

  /** The network of a spec for one seed and batch, with drawn parameters. The caller disposes of it. */
  drawn(spec: NetworkSpec, { seed, batch }: Sample): Network {
    return createNetwork(spec, { seed, ...this.#sizes(batch), memoryLimit: this.settings.memoryLimit });
  }

  /** The same with the parameters that the caller gave, if any. */
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

  /** Measures one pass of a new network of `spec`. */
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

  /** The cost of a network on batches of this task. */
  cost(spec: NetworkSpec, batch: Batch): Cost {
    const { inputs, outputs } = this.#sizes(batch);
    const sizes = { inputs: spec.inputs ?? inputs, outputs: spec.outputs ?? outputs };
    const T = batch.steps ?? 1;
    return costOf(spec, sizes, batch.batch, T, batch.lossAt === "every" ? T : 1);
  }
}
