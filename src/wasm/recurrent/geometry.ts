import type { DenseLayer } from "../../spec/dense.ts";
import { firstStack, type StackName, stacksOf } from "../../spec/decoder.ts";
import { denseLayers } from "../../spec/dense.ts";
import { layerSpec, outputWidth, topSpec } from "../../spec/layers.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import { BLOCK } from "../generated/constants.ts";
import { type CoreCell, coreCell } from "../kernels.ts";
import type { PassOptionsBase, PassShapeBase } from "../pass-shape.ts";
import { pad4 } from "../panels.ts";
import { chunkOf, type Strips, stripsOf } from "./strips.ts";
import { creditSweeps, type Sweep, truncationSweeps } from "./sweeps.ts";

/*
 * Letters as in assembly/records/pass.ts: B batch · P panels of eight · T steps · C steps of a chunk · L levels of D
 * directions, N = L·D layers · X inputs · H hidden, H₄ padded to four · W = D·H, the outputs of a level · Y outputs · F
 * panels in flight.
 */

/** The measurements of a pass besides the gradient and its norm at every step. */
export interface PassOptions extends PassOptionsBase {
  readonly contributions: boolean;
  /** Also the profile of only the last step's loss, if every step has a loss. */
  readonly lastStep: boolean;
  /** Also the gradient of truncated back-propagation. */
  readonly truncate?: { readonly k1: number; readonly k2: number } | undefined;
  /** Also the contribution of every n-th step's loss to the gradient at every earlier step. */
  readonly creditStride?: number | undefined;
}

/** All inputs of the plan. */
export interface PassShape extends PassShapeBase {
  readonly spec: RecurrentSpec;
  readonly T: number;
  readonly lossEvery: boolean;
  readonly options: PassOptions;
  /** Lanes beyond the batch run the same steps as its last sample, because a Jacobian reads their tape. */
  readonly everyLane?: boolean;
  /** Keeps ∂L/∂a of every step, not of one chunk only: a split pass with contributions needs it. */
  readonly keepDeltas?: boolean;
  /** Keeps the rows of every step's norms in WASM memory: a split pass gathers them when its parts have run. */
  readonly keepRows?: boolean;
  /** Keeps inputs in panels of eight lanes, however few samples there are: a split pass sends its parts such panels. */
  readonly inputPanels?: boolean;
  /**
   * Whether the pass begins with a state of the caller, and keeps the last state and the gradient of the first state.
   */
  readonly withState?: boolean;
  /** The decoder's first step; 0 without a decoder. */
  readonly bottleneck?: number;
}

/** Streams by name, in the order of their records. */
export type StreamName = "loss" | "probe" | "lastStep";

/** One layer of the stack in one direction. */
export interface PlannedLayer {
  /** `l0`, `l0_reverse`, `l1`, …: the ending of its parameters' names, and of the tensors of its steps. */
  readonly suffix: string;
  readonly stack: StackName;
  /** The ending of the tensors of its weights and their gradients: `l0`, of a decoder `decoder_l0`. */
  readonly weights: string;
  readonly level: number;
  readonly reverse: boolean;
  /** X of this layer. */
  readonly inputs: number;
  /** d: a step reads the state of d steps before. */
  readonly dilation: number;
  /** The largest number of steps between a step and a state that it reads. */
  readonly history: number;
  /** The spec as this layer has it. */
  readonly spec: RecurrentSpec;
  readonly cell: CoreCell;
  readonly H: number;
  readonly H4: number;
  /** P, the width of h: H, or less with a projection. */
  readonly outputs: number;
  /** Rows of one product with W_ih or W_hh, and of ∂L/∂a. */
  readonly R: number;
  readonly deltaRows: number;
  readonly stateRows: number;
  /** Columns of W_hh: P, or 0 if the cell has no such matrix. */
  readonly recurrentColumns: number;
  /**
   * Rows of the gradient that a step sends to the step before: through the weights, and through the direct route if
   * there is one.
   */
  readonly carryRows: number;
}

/** All sizes of a pass, computed from its shape and from the choice of which states to store. */
export interface Geometry extends PassShape {
  readonly X: number;
  /** V, the tokens of an embedding, whose vectors have X numbers; 0 without one. */
  readonly vocabulary: number;
  /** P of the top level: H, or the width of its projection. */
  readonly H: number;
  readonly L: number;
  readonly D: number;
  /** W = D·P, the outputs of the top level. */
  readonly W: number;
  /** Dense layers before and after the recurrent layers; a pass without targets has no head. */
  readonly stem: readonly DenseLayer[];
  readonly head: readonly DenseLayer[];
  /**
   * The states of a sequence that the loss reads: `last` if each step has a loss, or there is no loss, since nothing is
   * pooled then.
   */
  readonly pooling: RecurrentSpec["pooling"];
  /** How many numbers the readout reads, or the loss if there is no readout. */
  readonly features: number;
  /** Rows of ∂L/∂x of a level or of the stem. */
  readonly belowRows: number;
  readonly P: number;
  readonly F: number;
  readonly C: number;
  readonly chunks: number;
  /** The division into units, and the multiplications of the largest. */
  readonly strips: Strips;
  readonly unitWork: number;
  readonly stored: number;
  /** Steps whose norms have a row in WASM memory: T, or C where the host reads a chunk's before the next chunk. */
  readonly measured: number;
  /** Whether inputs are kept as rows `[T, B, X]` and packed chunk by chunk: panels of few samples are mostly empty. */
  readonly inputRows: boolean;
  /** The largest number of H₄, of state rows and of carry rows of any layer. */
  readonly mostRows: number;
  readonly mostStateRows: number;
  readonly mostCarryRows: number;
  /** The largest dilation of any layer: so many steps its carry waits. */
  readonly mostDilation: number;
  /** [N], bottom first, forward before reversed. */
  readonly layers: readonly PlannedLayer[];
  /** Every set of weights: the layers, with a decoder [2 N] the encoder's layers and then the decoder's. */
  readonly weights: readonly PlannedLayer[];
  readonly bottleneck: number;
  readonly streams: readonly StreamName[];
  /**
   * Sweeps of windows, whose records follow those of the streams: for the truncated gradient, and for single losses.
   */
  readonly truncations: readonly Sweep[];
  readonly credits: readonly Sweep[];
}

/**
 * The sizes of a pass that stores every state, or one in every √T where `recompute` is set.
 *
 * @param chunkRows whether norms have rows for the steps of one chunk only; all panels go through it together then
 */
export function geometryOf(shape: PassShape, recompute: boolean, chunkRows = false): Geometry {
  const { spec, B, T, options, bottleneck = 0 } = shape;
  const D = spec.bidirectional ? 2 : 1;
  const P = Math.ceil(B / 8);
  const X = spec.embedding?.size ?? shape.sizes.inputs;
  const layers = Array.from({ length: spec.layers * D }, (_, n): PlannedLayer => {
    const level = Math.floor(n / D);
    const reverse = n % D === 1;
    const dilation = typeof spec.dilation === "number" ? spec.dilation : spec.dilation[level];
    return {
      dilation,
      history: Math.max(dilation, spec.timeSkip?.steps ?? 0),
      suffix: suffixOf(level, reverse),
      stack: firstStack(spec),
      weights: suffixOf(level, reverse),
      level,
      reverse,
      inputs:
        level === 0
          ? (denseLayers("stem", spec.stem, X).at(-1)?.width ?? X)
          : D * outputWidth(layerSpec(spec, level - 1)),
      ...sizesOf(layerSpec(spec, level)),
    };
  });
  const H = outputWidth(topSpec(spec));
  const W = D * H;
  const weights = layers.reduce((sum, { R, inputs, recurrentColumns }) => sum + R * (inputs + recurrentColumns), 0);
  // √T steps between checkpoints balance the memory of checkpoints against that of a chunk (Chen et al. 2016)
  const ideal = recompute ? Math.ceil(Math.sqrt(T)) : D > 1 || shape.keepDeltas === true ? T : chunkOf(8 * weights);
  // weight gradients are summed over aligned blocks of steps: a chunk is whole blocks
  const C = Math.ceil(Math.min(ideal, T) / BLOCK) * BLOCK;
  const most = (of: (layer: PlannedLayer) => number) => Math.max(...layers.map(of));
  const stem = denseLayers("stem", spec.stem, X);
  const head = shape.loss === "none" ? [] : denseLayers("head", spec.head, W);
  const single = shape.loss === "none" || shape.lossEvery || (spec.pooling === "final" && D === 1);
  const streams: StreamName[] = ["loss"];
  if (options.probe) streams.push("probe");
  if (options.lastStep && shape.lossEvery) streams.push("lastStep");
  const features = head.at(-1)?.width ?? W;
  const Y = shape.loss === "none" ? 0 : (shape.sizes.outputs ?? 0);
  const pooling = single ? "last" : spec.pooling;
  return {
    ...shape,
    X,
    vocabulary: spec.embedding === undefined ? 0 : shape.sizes.inputs,
    H,
    L: spec.layers,
    D,
    W,
    stem,
    head,
    pooling,
    features,
    belowRows: pad4(
      Math.max(D * most((layer) => layer.outputs), ...stem.flatMap((layer) => [layer.inputs, layer.width])),
    ),
    P,
    F: options.contributions || chunkRows ? P : 1,
    C,
    chunks: Math.ceil(T / C),
    ...stripsOf({ layers, stem, head, features, Y, lossEvery: shape.lossEvery, P, C }),
    stored: recompute ? C : T,
    measured: chunkRows ? Math.min(C, T) : T,
    inputRows: recompute && B < 8 && X > 0 && shape.inputPanels !== true && panelsNotWritten(spec),
    mostRows: most(({ H4 }) => H4),
    mostStateRows: most(({ stateRows }) => stateRows),
    mostCarryRows: most(({ carryRows }) => carryRows),
    mostDilation: most(({ dilation }) => dilation),
    layers,
    weights: stacksOf(spec).flatMap((stack) =>
      stack === "decoder" ? layers.map((layer) => ({ ...layer, stack, weights: `decoder_${layer.suffix}` })) : layers,
    ),
    bottleneck,
    streams,
    truncations:
      options.truncate === undefined
        ? []
        : truncationSweeps(T, shape.lossEvery || pooling !== "last", options.truncate),
    credits: options.creditStride === undefined ? [] : creditSweeps(T, T - bottleneck, options.creditStride, D > 1),
  };
}

/** Whether inputs are read only: no table writes them, and no mask over the whole sequence. */
const panelsNotWritten = ({ embedding, variationalDropout }: RecurrentSpec): boolean =>
  embedding === undefined && variationalDropout === undefined;

const suffixOf = (level: number, reverse: boolean): string => `l${level}${reverse ? "_reverse" : ""}`;

/** The sizes of a layer that is as `spec` says. */
function sizesOf(spec: RecurrentSpec) {
  const H = spec.hidden;
  const H4 = pad4(H);
  const cell = coreCell(spec);
  return {
    spec,
    cell,
    H,
    H4,
    outputs: outputWidth(spec),
    R: cell.inputGates.length * H4,
    deltaRows: cell.deltaSlabs * H4,
    stateRows: cell.stateSlabs * H4,
    recurrentColumns: cell.hiddenGates.length > 0 ? outputWidth(spec) : 0,
    carryRows: ((cell.direct === "none" ? 1 : 2) + (spec.zoneout === undefined ? 0 : cell.stateSlabs)) * H4,
  };
}

/** Whether some layer has a matrix inside its step. */
export const hasInner = ({ layers }: Pick<Geometry, "layers">): boolean =>
  layers.some(({ cell }) => cell.innerAt !== undefined);

/** Whether some layer has a gate on its direct route. */
export const hasForgetGate = ({ layers }: Pick<Geometry, "layers">): boolean =>
  layers.some(({ cell }) => cell.forgetAt !== undefined);

/**
 * Up to this many steps, each step has its own count of magnitudes; in a longer sequence neighboring steps share one.
 */
const MOST_COUNTS = 1000;

/** Number of counts of magnitudes: one for each step, or for each group of neighboring steps. */
export const magnitudeStations = ({ T }: Pick<Geometry, "T">): number => Math.min(T, MOST_COUNTS);

/** Whether ∂L/∂x is measured: if it was requested and the network has inputs. */
export const wantsInput = ({ options, X }: Geometry): boolean =>
  options.inputGradient !== undefined && options.inputGradient !== false && X > 0;

/** Whether a level's ∂L/∂x is needed: by the level below, a stem, an embedding, or for its norm. */
export const handsDown = (g: Geometry, level: number): boolean =>
  level > 0 || g.vocabulary > 0 || g.stem.length > 0 || wantsInput(g);

/** Whether the pass has random masks. */
export const hasMasks = ({ spec, stem, head }: Pick<Geometry, "spec" | "stem" | "head">): boolean =>
  masksInputs({ spec }) ||
  spec.recurrentDropout !== undefined ||
  spec.zoneout !== undefined ||
  [...stem, ...head].some(({ dropout }) => dropout !== undefined);

/** Kinds of masks that a panel has: on inputs, on h, of zoneout; then one for each dense layer of stem and head. */
export const countMasks = ({ stem, head }: Pick<Geometry, "stem" | "head">): number => 3 + stem.length + head.length;

/** Whether the inputs of levels go through a mask. */
export const masksInputs = ({ spec }: Pick<Geometry, "spec">): boolean =>
  (spec.dropout ?? spec.variationalDropout) !== undefined;

/** Sets of Gradient records: the pass's own, and those of the truncated gradient. */
export const gradientSets = ({ truncations }: Geometry): number => (truncations.length > 0 ? 2 : 1);

/**
 * Bytes of columns that a second-level cache holds. It costs less to add to columns in the cache than to compute a
 * product.
 */
const CACHED_COLUMNS = 2 ** 20;

/**
 * The readers of the tokens' vectors: the first level of each direction, or of encoder and decoder, or the stem's first
 * layer. Each token has a column: the rows of a reader's ∂L/∂a, or X numbers of ∂L/∂x (`delivered`). It is ∂L/∂x if
 * there is a mask between the table and the first level, or if the columns of all tokens would not fit into the cache.
 */
export function tokenReaders({ weights, L, layers, X, stem, spec, vocabulary }: Geometry) {
  if (stem.length > 0) return { readers: 1, rows: pad4(stem[0].width), delivered: 0 };
  const readers = weights.length / L;
  const { R } = layers[0];
  const delivered = spec.variationalDropout !== undefined || (vocabulary * R * 8 > CACHED_COLUMNS && X < R);
  return delivered ? { readers, rows: X, delivered: 1 } : { readers, rows: R, delivered: 0 };
}
