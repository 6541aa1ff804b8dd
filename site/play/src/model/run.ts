import { diagnose } from "../../../../src/diagnosis/index.ts";
import { nonfiniteLayer } from "../../../../src/flow/index.ts";
import type { NetworkSpec } from "../../../../src/spec/index.ts";
import {
  baselineOf,
  createTrainer,
  type DataSource,
  type StepRecord,
  taskSource,
  type Trainer,
} from "../../../../src/training/index.ts";
import type { Batch } from "../../../../src/tasks/index.ts";
import {
  drawNetwork,
  type Experiment,
  type DrawnNetwork,
  type Measured,
  type Own,
  PASS,
  samplerOf,
} from "./experiment.ts";
import type { TrainingChoice } from "./training-choice.ts";

/** What a run shows between two updates. Plain data. */
export interface Frame {
  readonly updates: number;
  /** Losses of the updates since the last frame. */
  readonly losses: readonly number[];
  /** The mean loss of the last updates. */
  readonly recent: number;
  readonly baseline: number | null;
  readonly accuracy: number | null;
  /** A value for each trained weight, first layer first. */
  readonly layers: readonly LayerStep[];
  /** A sentence that says where the run left the range of numbers; null if it has not. */
  readonly stopped: string | null;
}

export interface LayerStep {
  readonly name: string;
  /** ln ‖∂L/∂W‖. */
  readonly lnGradient: number;
  /** ln (‖ΔW‖/‖W‖): how far an update moves the weights. */
  readonly lnUpdate: number;
}

/** The network's answers on the plane of a task with two inputs. */
export interface Surface {
  /** Number of points per side; the grid covers the extent in both directions. */
  readonly size: number;
  readonly extent: readonly [x0: number, x1: number, y0: number, y1: number];
  /** [size · size] the share of class 1 … C − 1, row by row from the smallest y. */
  readonly values: Float32Array;
  readonly points: { readonly x: Float32Array; readonly y: Float32Array; readonly classes: Int32Array };
}

/** The present loss is the mean over this many updates. */
const RECENT = 20;
/** Number of points per side of the decision surface. */
const GRID = 40;
/** Samples drawn on it. */
const DRAWN = 128;

/** A network in training. The caller disposes of it. */
export class Run {
  readonly experiment: Experiment;
  readonly #drawnNetwork: DrawnNetwork;
  readonly #source: DataSource;
  readonly #drawn: Batch | null;
  #trainer: Trainer;
  #choice: TrainingChoice;
  /** Updates of trainers before this one. */
  #before = 0;
  #losses: number[] = [];
  #fresh: number[] = [];
  #last: StepRecord | null = null;
  #stopped: string | null = null;

  /** @throws EvanesceError for an experiment or a choice that breaks a rule */
  constructor(experiment: Experiment, choice: TrainingChoice, own: Own = {}) {
    this.experiment = experiment;
    this.#drawnNetwork = drawNetwork(experiment, own);
    this.#choice = choice;
    const { batch, seed } = experiment;
    const sampler = samplerOf(experiment, own.data);
    this.#source = taskSource(sampler, { batch, seed, validation: 0, test: 0 });
    this.#trainer = trainerOf(this.#drawnNetwork, choice);
    const { inputSize, targets, steps } = this.#drawnNetwork.batch;
    const isPlane = inputSize === 2 && steps === undefined && targets instanceof Int32Array;
    this.#drawn = isPlane && own.data === undefined ? sampler({ batch: DRAWN, seed }) : null;
  }

  get updates(): number {
    return this.#before + this.#trainer.updates;
  }

  get stopped(): boolean {
    return this.#stopped !== null;
  }

  /** Makes one update; does nothing after the run has left the range of numbers. */
  step(): void {
    if (this.#stopped !== null) return;
    const record = this.#trainer.step(this.#source.next(this.updates + 1));
    this.#last = record;
    this.#losses.push(record.loss);
    this.#fresh.push(record.loss);
    if (this.#losses.length > RECENT) this.#losses.shift();
    if (record.outcome === "nonfinite") this.#stopped = explained(this.#drawnNetwork.network.spec, record);
  }

  /** Continues with the same weights and other training options. */
  change(choice: TrainingChoice): void {
    if (JSON.stringify(choice) === JSON.stringify(this.#choice)) return;
    this.#choice = choice;
    this.#before = this.updates;
    this.#trainer.dispose();
    this.#trainer = trainerOf(this.#drawnNetwork, choice);
  }

  /** The changes since the last frame. */
  frame(): Frame {
    const losses = this.#fresh;
    this.#fresh = [];
    const layers = (this.#last?.parameters ?? [])
      .filter(({ name }) => /weight/.test(name))
      .map(({ name, lnGradientNorm, lnUpdateNorm, lnNorm }) => ({
        name,
        lnGradient: lnGradientNorm,
        lnUpdate: lnUpdateNorm - lnNorm,
      }));
    return {
      updates: this.updates,
      losses,
      recent: mean(this.#losses),
      baseline: this.#drawnNetwork.batch.baseline ?? baselineOf(this.#drawnNetwork.batch)?.value ?? null,
      accuracy: this.#last?.accuracy ?? null,
      layers,
      stopped: this.#stopped,
    };
  }

  /** The profile of the network as it is now, on the first batch. */
  measure(): Measured {
    const flow = this.#drawnNetwork.network.propagate(this.#drawnNetwork.batch, PASS);
    const recent = { loss: mean(this.#losses), samples: this.#losses.length * this.experiment.batch };
    return { flow, diagnosis: diagnose(flow, this.#losses.length === 0 ? {} : { recent }) };
  }

  /** The decision surface; null if the task does not have two inputs. */
  surface(): Surface | null {
    if (this.#drawn === null) return null;
    const { inputs, targets, outputSize: C = 2 } = this.#drawn;
    const { network } = this.#drawnNetwork;
    const extent = extentOf(inputs);
    const grid = new Float32Array(GRID * GRID * 2);
    for (let i = 0; i < GRID * GRID; i++) {
      grid[2 * i] = at(extent[0], extent[1], i % GRID);
      grid[2 * i + 1] = at(extent[2], extent[3], Math.floor(i / GRID));
    }
    network.propagate(
      { inputs: grid, targets: new Int32Array(GRID * GRID), batch: GRID * GRID },
      { contributions: false, ledger: false, probe: false, quantiles: false, statistics: false },
    );
    const outputs = network.outputs?.() ?? new Float32Array(GRID * GRID * C);
    const B = inputs.length / 2;
    return {
      size: GRID,
      extent,
      values: Float32Array.from({ length: GRID * GRID }, (_, i) => shareOfOthers(outputs.subarray(i * C, (i + 1) * C))),
      points: {
        x: Float32Array.from({ length: B }, (_, b) => inputs[2 * b]),
        y: Float32Array.from({ length: B }, (_, b) => inputs[2 * b + 1]),
        classes: targets as Int32Array,
      },
    };
  }

  dispose(): void {
    this.#trainer.dispose();
    this.#drawnNetwork.network.dispose();
  }
}

const trainerOf = ({ network }: DrawnNetwork, { optimizer, rate, clip }: TrainingChoice): Trainer =>
  createTrainer(network, {
    optimizer: { name: optimizer as "adam", learningRate: rate },
    ...(clip === null ? {} : { clip: { norm: clip } }),
  });

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The place of point i on a side of the grid. */
const at = (from: number, to: number, i: number): number => from + ((to - from) * i) / (GRID - 1);

/** The square around the samples, a little wider. */
function extentOf(inputs: Float32Array): Surface["extent"] {
  const most = [0, 0];
  inputs.forEach((value, i) => {
    most[i % 2] = Math.max(most[i % 2], Math.abs(value));
  });
  const [x, y] = most.map((value) => (value === 0 ? 1 : 1.15 * value));
  return [-x, x, -y, y];
}

/** 1 − softmax(outputs)₀: where it is above ½ of two classes the second one is answered. */
function shareOfOthers(outputs: Float32Array): number {
  const largest = Math.max(...outputs);
  let sum = 0;
  for (const value of outputs) sum += Math.exp(value - largest);
  return 1 - Math.exp(outputs[0] - largest) / sum;
}

/** A sentence that says why a run ended in NaN or infinity. */
function explained(spec: NetworkSpec, { update, nonfinite, loss }: StepRecord): string {
  const what = Number.isNaN(loss) ? "no number (NaN)" : "too large for a float32";
  return `Update ${update} met a value that is ${what}: ${placeOf(spec, nonfinite)}. The weights are left as they were before it. A smaller rate, or clipping, would have kept the run in range; rewind and try again.`;
}

function placeOf(spec: NetworkSpec, nonfinite: StepRecord["nonfinite"]): string {
  if (nonfinite === undefined) return "somewhere in the pass";
  const { step, tensor, parameter } = nonfinite;
  if (parameter !== undefined) return `the gradient of ${parameter}`;
  if (tensor === "loss") return "the loss";
  return `${nonfiniteLayer(spec, nonfinite)}${step === undefined ? "" : `, step ${step}`}, in ${tensor}`;
}
