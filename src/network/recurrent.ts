import { activationFacts, type ActivationName, cellActivation } from "../catalogue/index.ts";
import { inTurns } from "../base/cooperative-work.ts";
import { EvanesceError } from "../base/errors.ts";
import {
  type GradientFlow,
  type LayerGates,
  lnTensorNormInParts,
  type ParameterFlow,
  type TensorNumbers,
  tensorNumbersInParts,
} from "../flow/index.ts";
import { numbersOfSums } from "../flow/log-norm.ts";
import { readCredit } from "../flow/credit.ts";
import { readFromStart } from "../flow/from-start.ts";
import { readDense, readModel } from "../flow/dense.ts";
import { readLayerGates } from "../flow/layer-gates.ts";
import { readStepInput, readTokenNorms } from "../flow/input-gradient.ts";
import { readFirstState } from "../flow/first-state.ts";
import { readPadding } from "../flow/padding.ts";
import { readContributions, readReadoutGain, readStepEntrance, readStream } from "../flow/recurrent.ts";
import { readTruncated } from "../flow/truncated.ts";
import type { Presence } from "../flow/underflow/presence.ts";
import { findSmallState, findUnderflow, presenceInTime } from "../flow/underflow/time.ts";
import { valueNumbersInParts } from "../flow/values.ts";
import { poolOf } from "../parallel/pool.ts";
import { layerSpecs } from "../spec/layers.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { RecurrentSpec } from "../spec/recurrent.ts";
import type { Batch, BatchState } from "../tasks/batch.ts";
import { outlineOf } from "../tasks/outline.ts";
import { requireState } from "../tasks/state.ts";
import { RecurrentPass } from "../wasm/recurrent/pass.ts";
import type { PassShape } from "../wasm/recurrent/geometry.ts";
import { planRecurrent } from "../wasm/recurrent/plan.ts";
import { keepsState } from "../wasm/recurrent/state.ts";
import { isSplittable, SplitPass } from "../wasm/recurrent/split.ts";
import type { ScaledTensor } from "../wasm/scaled.ts";
import { firstSteps, measureEntrance } from "./entrance.ts";
import { requireEncoderSteps } from "./fitting.ts";
import { NetworkBase } from "./network-base.ts";
import { locateInTime } from "./nonfinite.ts";
import { relativeTo, unitCotangents } from "./probe.ts";
import { gradientStore, parameterFlow } from "./stores.ts";
import { timeShape } from "./time-shape.ts";
import type { MaskSeed } from "../wasm/masks.ts";
import type { AsyncOptions, GradientStore, MeasureOptions, NetworkOptions } from "./types.ts";

/** Nats that a path loses before the values of its parameters are read: a thousandth is left. */
const SMALL = -Math.log(1000);

const isRectifier = (name: ActivationName | null): boolean => name !== null && activationFacts(name).saturates !== true;

/** How many recurrent networks have been created. */
let networks = 0;

/** A recurrent network: a stack of layers over time. */
export class RecurrentNetwork extends NetworkBase<RecurrentSpec, RecurrentPass> {
  readonly truncatedGradients: GradientStore;
  /** ln ‖parameter‖ by name, for parameters that were measured since they were set. */
  readonly #lnNorms = new Map<string, number>();
  /** Distinguishes this network's weights from another's in a worker that has served both. */
  readonly #id = networks++;
  /** The pass split over workers, and the number of the parameter load that it sends them. */
  #split: { readonly pass: SplitPass; readonly loads: number } | undefined;

  constructor(spec: RecurrentSpec, sizes: NetworkSizes, options: NetworkOptions, initial: Map<string, Float32Array>) {
    super(spec, sizes, options, initial);
    this.truncatedGradients = gradientStore(this.table, (name) => this.#truncatedGradient(name));
  }

  protected override moved(): void {
    super.moved();
    this.#lnNorms.clear();
  }

  prepare(batch: Batch, options: MeasureOptions): Generator<void, RecurrentPass> {
    return this.#prepare(this.#shape(batch, options, false));
  }

  #shape(batch: Batch, options: MeasureOptions, split: boolean): PassShape {
    const shape = timeShape(this.spec, this.sizes, outlineOf(batch), options);
    if (batch.state !== undefined) requireState(batch.state, this.spec, batch);
    const { T, bottleneck = 0 } = shape;
    if (bottleneck > 0) requireEncoderSteps(batch, T - bottleneck);
    return {
      ...shape,
      keepDeltas: split && shape.options.contributions,
      keepRows: split,
      withState: keepsState(this.spec, batch.state),
    };
  }

  #prepare(shape: PassShape): Generator<void, RecurrentPass> {
    const { options, B } = shape;
    return this.reuse(
      { ...shape, spec: undefined, sizes: undefined }, // which are the network's

      () => RecurrentPass.inParts(this.engine, shape, this.memoryLimit),
      (pass) => this.#begin(pass, B, options.probe),
    );
  }

  *#begin(pass: RecurrentPass, B: number, probe: boolean): Generator<void, void> {
    if (probe) pass.feedCotangents(yield* unitCotangents(this.seed, B, pass.geometry.W));
  }

  feed(pass: RecurrentPass, batch: Batch): Generator<void, void> {
    return pass.feedInParts(batch);
  }

  async split(
    batch: Batch,
    options: MeasureOptions & AsyncOptions,
    threads: number,
    seed: MaskSeed,
  ): Promise<RecurrentPass | undefined> {
    const shape = this.#shape(batch, options, true);
    const { geometry, plan } = planRecurrent(this.engine, shape, this.memoryLimit);
    if (!isSplittable(geometry) || plan.bytes > this.memoryLimit) return undefined;
    const pass = await inTurns(this.#prepare(shape), { signal: options.signal });
    if (this.#split?.loads !== this.loads) {
      const version = `${this.#id}.${this.loads}`;
      this.#split = { pass: new SplitPass(this.engine, pass, this.memoryLimit, version), loads: this.loads };
    }
    const split = this.#split.pass;
    pass.maskSeed = seed;
    const jobs = split.jobs(batch);
    split.begin();
    await poolOf(this.engine.module).run(jobs, {
      threads,
      signal: options.signal,
      take: (p, results) => {
        split.take(p, results);
        options.onProgress?.((p + 1) / jobs.length);
      },
    });
    split.end();
    return pass;
  }

  presence(pass: RecurrentPass): Presence {
    return presenceInTime(pass);
  }

  *measure(pass: RecurrentPass, batch: Batch, options: MeasureOptions): Generator<void, GradientFlow> {
    const wantQuantiles = options.quantiles ?? true;
    const stream = yield* readStream(pass, "loss", wantQuantiles);
    const { layers, ledgers: _, lnCellGradientNorms: __, ...profile } = stream;
    const { lnGradientNorm } = profile;
    const { T: steps, loss, lossEvery, streams } = pass.geometry;
    const { values } = this;
    const lnNorms = this.#lnNorms;
    const parameters: ParameterFlow[] = [];
    for (const parameter of this.table) {
      const { name } = parameter;
      const value = () => values.get(name) as Float32Array;
      const gradient = yield* gradientNumbers(pass, name, value);
      yield;
      const lnNorm = lnNorms.get(name) ?? (yield* lnTensorNormInParts(value));
      lnNorms.set(name, lnNorm);
      parameters.push(parameterFlow(parameter, gradient, lnNorm));
    }
    yield;
    const underflow = findUnderflow(pass);
    const { truncate, creditStride } = pass.geometry.options;
    const contributions = pass.geometry.options.contributions ? readContributions(pass) : undefined;
    const forwardUnderflow = contributions && findSmallState(pass, layers, contributions);
    const matrix = typeof options.credit === "object" && options.credit.matrix === true;
    yield;
    const inputSquare = yield* pass.inputSquare();
    const { statesFinite } = pass;
    const entrance =
      (options.statistics ?? true) && this.spec.embedding === undefined // tokens have no scale that could be judged
        ? measureEntrance(
            this.spec,
            batch,
            this.tensors(),
            yield* readStepEntrance(pass, layers[0].lnGradientNorm),
            pass.geometry.bottleneck,
          )
        : {};
    const layerGates = (options.statistics ?? true) ? this.#layerGates(batch, pass.geometry.bottleneck) : [];
    const input = yield* readStepInput(
      pass,
      layers.slice(0, pass.geometry.D).map((layer) => layer.lnGradientNorm),
    );
    const tokens =
      input === undefined || this.spec.embedding === undefined || options.inputColumns !== true
        ? {}
        : { lnTokenNorms: readTokenNorms(this.gradient("embedding.weight"), this.sizes.inputs) };
    const dense = readDense(pass);
    yield;
    function* transport(name: "probe" | "lastStep", lnUnit: number) {
      const { layers: _, ...rest } = yield* readStream(pass, name, wantQuantiles);
      return relativeTo(lnUnit, rest);
    }
    const probe = streams.includes("probe") ? yield* transport("probe", 0.5 * Math.log(batch.batch)) : undefined;
    const isSmall = [profile, probe ?? profile].some(({ lnGradientNorm: ln }) => !(ln[0] - ln[ln.length - 1] > SMALL));
    return {
      ...this.flowHead(batch, { steps, inputSquare, loss, lossAt: lossEvery ? "every" : "last" }),
      loss: pass.loss,
      ...(batch.state === undefined ? {} : { state: pass.state }),
      ...(batch.state === undefined ? readFirstState(pass) : {}),
      ...(batch.lengths === undefined ? {} : { padding: readPadding(batch, pass.order) }),
      ...this.outcome(
        {
          pass,
          statesFinite,
          profile: lnGradientNorm,
          layers: layers.map((layer) => layer.lnGradientNorm),
          parameters,
          batch,
        },
        locateInTime,
      ),
      ...(underflow === undefined ? {} : { underflow }),
      ...(forwardUnderflow === undefined ? {} : { forwardUnderflow }),
      axis: "step",
      ...(options.bins === undefined ? {} : { bins: options.bins }),
      ...(pass.geometry.bottleneck === 0 ? {} : { bottleneck: pass.geometry.bottleneck }),
      ...profile,
      layers,
      ...(contributions === undefined ? {} : { contributions }),
      ...(pass.occurringTokens === null
        ? {}
        : { embedding: { vocabulary: pass.geometry.vocabulary, occurring: pass.occurringTokens } }),
      parameters: isSmall && (options.statistics ?? true) ? yield* this.#withValues(parameters) : parameters,
      readoutGain: readReadoutGain(pass, stream),
      ...entrance,
      ...(layerGates.length === 0 ? {} : { layerGates }),
      ...dense,
      ...readModel(dense, lnGradientNorm, layers, pass.geometry),
      ...(input === undefined ? {} : { input: { ...input, ...tokens } }),
      ...(probe === undefined ? {} : { probe }),
      ...(streams.includes("lastStep") ? { lastStep: yield* transport("lastStep", 0) } : {}),
      ...(truncate === undefined
        ? {}
        : {
            truncated: yield* readTruncated(
              pass,
              this.table,
              (name) => this.gradient(name),
              (name) => this.#truncatedGradient(name),
            ),
          }),
      ...(options.fromStart === true ? { fromStart: yield* readFromStart(pass) } : {}),
      ...(options.half === true ? { half: this.half(pass.magnitudes) } : {}),
      ...(creditStride === undefined ? {} : { credit: yield* readCredit(pass, matrix) }),
    };
  }

  /** Adds the values of the parameters that set pre-activations of rectifiers: what turns units off is among them. */
  *#withValues(parameters: readonly ParameterFlow[]): Generator<void, readonly ParameterFlow[]> {
    const off = new Set(
      layerSpecs(this.spec).flatMap((own, level) => (isRectifier(cellActivation(own)) ? [level] : [])),
    );
    const wanted = new Set(
      this.table.filter(({ place }) => place.module === "rnn" && off.has(place.level)).map(({ name }) => name),
    );
    const valued: ParameterFlow[] = [];
    for (const parameter of parameters) {
      const { name, shape } = parameter;
      const count = [shape.reduce((product, axis) => product * axis, 1)]; // as a vector: the rank is not needed
      if (!wanted.has(name)) valued.push(parameter);
      else valued.push({ ...parameter, values: yield* valueNumbersInParts(() => this.value(name), count) });
    }
    return valued;
  }

  /** The gates of the layers that read the first steps, those of an encoder if there is one. */
  #layerGates(batch: Batch, bottleneck: number): LayerGates[] {
    const { has, value } = this.tensors();
    const fed = {
      batch: bottleneck === 0 ? batch : firstSteps(batch, bottleneck),
      direct: this.spec.embedding === undefined && !has("stem.0.weight"),
    };
    return readLayerGates(this.spec, fed, (name) => (has(name) ? value(name) : undefined));
  }

  protected override finalState(): BatchState | undefined {
    const pass = this.finishedPass("training.finalState", "a pass run before", "run one first");
    return pass.geometry.withState === true ? pass.finalState : undefined;
  }

  #truncatedGradient(name: string): ScaledTensor {
    const rule = "a pass with truncate run before";
    const pass = this.finishedPass("truncatedGradients", rule, "call propagate with it");
    if (pass.geometry.options.truncate !== undefined) return pass.truncatedGradient(name, this.value(name));
    throw new EvanesceError("truncatedGradients", rule, "none", "call propagate with it");
  }
}

/** What is measured of the gradient of one parameter. */
function* gradientNumbers(
  pass: RecurrentPass,
  name: string,
  value: () => Float32Array,
): Generator<void, TensorNumbers> {
  const found = yield* pass.sumsOfGradient(name);
  if (found !== undefined) return numbersOfSums(found.sums, found.exponent);
  const { data, exponent } = yield* pass.gradientInParts(name, value());
  return yield* tensorNumbersInParts(data, exponent);
}
