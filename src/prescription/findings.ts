import type { Diagnosis, Verdict } from "../diagnosis/index.ts";
import type { TaskRecord } from "../flow/index.ts";
import { GRADIENTS_ONLY, type Network } from "../network/create.ts";
import { requireRoomForPass } from "../network/room.ts";
import { costOf, type Cost } from "./flops.ts";
import type { Sample } from "./measure.ts";
import { PassBench } from "./passes/bench.ts";
import { helpersFor, inThread, type PassRunner } from "./passes/runner.ts";
import type { NetworkSpec } from "../spec/index.ts";
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
  /** The reasons why worker threads were lost in the passes. */
  readonly lost: Set<string>;
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
    lost: new Set(),
  };
  readonly #bench: PassBench;
  readonly #here: PassRunner;
  #pool: PassRunner | undefined;
  /** Operations of one pass of the network. */
  #operations: number | undefined;
  /** The work done so far, in passes of the network. */
  #done = 0;
  #planned = 0;
  #share = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.#bench = new PassBench(settings);
    this.#here = inThread(this.#bench, settings.signal);
    const { network, batch, seeds, bare, memoryLimit } = settings;
    const outline = this.#bench.draw.outline({ batch, seed: seeds[0] });
    requireRoomForPass(network, outline, GRADIENTS_ONLY, { memoryLimit, ...(bare ? { outputs: null } : {}) });
  }

  /** The batch of a seed. It is drawn each time and has the same bits. */
  sample(seed: number): Sample {
    return this.#bench.sample(seed);
  }

  /** Adds to the planned work, in passes of the network. A negative number removes work that will not be needed. */
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

  /** The network of a spec for one seed and batch, with the caller's parameters; others are drawn. */
  network(spec: NetworkSpec, sample: Sample): Network {
    return this.#bench.network(spec, sample);
  }

  /**
   * Returns the runner of passes: this thread, until some work is long enough for worker threads.
   *
   * @param passes number of passes of about the network's size
   */
  async runner(passes: number): Promise<PassRunner> {
    const { settings } = this;
    const { task, signal, threads } = settings;
    if (this.#pool !== undefined) return this.#pool;
    const { batch } = this.sample(settings.seeds[0]);
    this.#operations ??= this.cost(settings.network, batch).flops;
    const helpers = helpersFor(task, { threads, operations: this.#operations * passes });
    if (helpers === undefined) return this.#here;
    const { passPool } = await import("./node/pool.ts");
    const { network, batch: B, fixedWeights, bare, memoryLimit } = settings;
    const setup = { network, task: helpers.task, batch: B, fixedWeights, bare, memoryLimit };
    const onLost = (reason: string) => this.findings.lost.add(reason);
    this.#pool = passPool(setup, { threads: helpers.threads, signal, onLost });
    return this.#pool;
  }

  /** Ends the threads that ran passes, and frees their networks. */
  async endPasses(): Promise<void> {
    await Promise.all([this.#pool?.close(), this.#here.close()]);
    this.#pool = undefined;
  }

  /** The cost of a network on batches of this task. */
  cost(spec: NetworkSpec, batch: Batch): Cost {
    const { inputs, outputs } = this.#bench.sizes(batch);
    const sizes = { inputs: spec.inputs ?? inputs, outputs: spec.outputs ?? outputs };
    const T = batch.steps ?? 1;
    return costOf(spec, sizes, batch.batch, T, batch.lossAt === "every" ? T : 1);
  }
}
