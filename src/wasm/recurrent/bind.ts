import { pad4 } from "../panels.ts";
import { activationNumber } from "../kernels.ts";
import type { RecordHome } from "../image.ts";
import { HEADROOM } from "../generated/constants.ts";
import { LOSS_KIND, ROUTE } from "../generated/kinds.ts";
import { DROPOUT, EMBEDDING, GRADIENT, LAYER, TIME_PASS } from "../generated/records.ts";
import { lossNumber } from "../loss.ts";
import { bytesOfRecord, writeRecord } from "../records.ts";
import { bindStream, bindSweep } from "./bind-streams.ts";
import { bindDense, denseGradients } from "./dense.ts";
import {
  type Geometry,
  gradientSets,
  countMasks,
  hasMasks,
  magnitudeStations,
  masksInputs,
  tokenReaders,
} from "./geometry.ts";
import { gradientFloats } from "./sizes.ts";

/** Y of the pass; zero without a readout. */
export const outputsOf = ({ loss, sizes }: Geometry): number => (loss === "none" ? 0 : (sizes.outputs ?? 0));

/** Writes every record of a pass into its arena: the sizes, and the address of each planned tensor. */
export function bind(arena: RecordHome, g: Geometry): void {
  g.weights.forEach((_, n) => {
    bindLayer(arena, g, n);
  });
  const Y = outputsOf(g);
  if (Y > 0) bindGradients(arena, g, g.weights.length, "readout", pad4(Y), pad4(Y), 0, g.features, 0);
  for (const { record, name, rows, deltaRows, inputs, sets } of denseGradients(g)) {
    for (let set = 0; set < sets; set++) {
      bindGradients(arena, g, record, set === 0 ? name : `truncated.${name}`, rows, deltaRows, 0, inputs, 0, set);
    }
  }
  g.streams.forEach((name, s) => {
    bindStream(arena, g, name, s);
  });
  g.truncations.forEach((sweep, j) => {
    bindSweep(arena, g, "truncated", sweep, j, g.streams.length + j);
  });
  g.credits.forEach((sweep, j) => {
    bindSweep(arena, g, "credit", sweep, j, g.streams.length + g.truncations.length + j);
  });
  const at = (name: string) => arena.address(name);
  if (g.vocabulary > 0) {
    writeRecord(arena.i32("embedding"), 0, EMBEDDING, {
      vocabulary: g.vocabulary,
      padding: g.spec.embedding?.padding ?? -1,
      ...tokenReaders(g),
      tokens: at("tokens"),
      table: at("embeddingTable"),
      sums: at("tokenSums"),
      exponents: at("tokenExponents"),
      gradient: at("embeddingGradient"),
    });
  }
  if (hasMasks(g)) {
    writeRecord(arena.i32("dropout"), 0, DROPOUT, {
      samples: at("samples"),
      seeds: at("maskSeeds"),
      masks: at("masks"),
      count: countMasks(g),
      wholeSequence: g.spec.variationalDropout === undefined ? 0 : 1,
      inputs: masksInputs(g) ? 1 : 0,
      zoneout: g.spec.zoneout === undefined ? 0 : 1,
      work: at("zoneoutWork"),
    });
  }
  writeRecord(arena.i32("pass"), 0, TIME_PASS, {
    steps: g.T,
    batch: g.B,
    panels: g.P,
    layers: g.L,
    directions: g.D,
    hidden: g.H,
    width: g.W,
    mostRows: g.mostRows,
    mostStateRows: g.mostStateRows,
    inputSize: g.X,
    outputs: Y,
    ...bindDense(arena, g),
    chunk: g.C,
    ...g.strips,
    stored: g.stored,
    measured: g.measured,
    inFlight: g.F,
    everyLane: g.everyLane === true ? 1 : 0,
    inputs: at("inputs"),
    inputRows: at("inputRows"),
    lengths: at("lengths"),
    embedding: at("embedding"),
    dropout: at("dropout"),
    targets: at("targets"),
    loss: LOSS_KIND[g.loss],
    lossEvery: g.lossEvery ? 1 : 0,
    lossScales: at("lossScales"),
    lossWeights: at("lossWeights"),
    lossNumber: lossNumber(g),
    losses: at("losses"),
    hits: at("hits"),
    layerRecords: at("layers"),
    bottleneck: g.bottleneck,
    streams: g.streams.length,
    truncations: g.truncations.length,
    credits: g.credits.length,
    streamRecords: at("streams"),
    readoutTiles: at("readoutTiles"),
    readoutBias: at("readoutBias"),
    readoutBack: at("readoutBack"),
    readoutGradient: Y > 0 ? gradientAt(arena, g, g.weights.length) : 0,
    injection: at("injection"),
    outputDeltas: at("outputDeltas"),
    outputExponents: at("outputExponents"),
    outputSquares: at("outputSquares"),
    outputFrames: at("outputFrames"),
    below: at("below"),
    belowExponents: at("belowExponents"),
    inputDelta: at("inputDelta"),
    inputDeltaExponents: at("inputDeltaExponents"),
    inputSquares: at("inputSquares"),
    inputFrames: at("inputFrames"),
    inputColumns: at("inputColumns"),
    inputColumnFrames: at("inputColumnFrames"),
    gates: at("gates"),
    contributions: at("contributions"),
    contributionExponents: at("contributionExponents"),
    magnitudes: at("magnitudes"),
    magnitudeStations: magnitudeStations(g),
    initial: at("initial"),
    final: at("final"),
    initialGradient: at("initialGradient"),
    initialExponents: at("initialExponents"),
    truncatedInitial: at("truncated.initialGradient"),
    truncatedExponents: at("truncated.initialExponents"),
    headroom: HEADROOM,
    lifted: 0,
    nonfinite: 0,
    scratch: at("scratch"),
  });
}

function bindLayer(arena: RecordHome, g: Geometry, n: number): void {
  const { suffix, weights, inputs, reverse, dilation, history, spec, cell, H, H4, R, deltaRows, outputs, ...layer } =
    g.weights[n];
  const at = (name: string) => arena.address(`${name}_${suffix}`);
  const own = (name: string) => arena.address(`${name}_${weights}`);
  const names = g.truncations.length > 0 ? [weights, `truncated.${weights}`] : [weights];
  names.forEach((name, set) => {
    bindGradients(arena, g, n, name, R, deltaRows, cell.hiddenAt * H4, inputs, layer.recurrentColumns, set);
  });
  if (cell.innerAt !== undefined) {
    const firstRow = (cell.innerDeltaAt ?? cell.innerGate ?? cell.hiddenAt) * H4;
    names.forEach((_, set) => {
      const name = `${set === 0 ? "" : "truncated."}inner.${weights}`;
      bindGradients(arena, g, g.weights.length + 1 + n, name, pad4(outputs), deltaRows, firstRow, 0, H, set);
    });
  }
  writeRecord(arena.i32("layers"), n, LAYER, {
    cell: cell.kind,
    activation: activationNumber(cell.activation(spec.cellOptions)),
    gateActivation: activationNumber(spec.cellOptions.gateActivation ?? "sigmoid"),
    inputs,
    hidden: H,
    outputs,
    reverse: reverse ? 1 : 0,
    dilation,
    skip: spec.timeSkip?.steps ?? 0,
    skipScale: spec.timeSkip?.scale ?? 0,
    history,
    rows: R,
    deltaRows,
    hiddenAt: cell.hiddenAt * H4,
    forwardTiles: own("forwardTiles"),
    bias: own("bias"),
    vectors: own("vectors"),
    vectorAt: cell.vectorAt * H4,
    vectorSlopes: own("vectorSlopes"),
    dense: layer.recurrentColumns > 0 ? 1 : 0,
    skew: cell.recurrence === undefined ? 0 : 1,
    hiddenTiles: own("hiddenTiles"),
    innerTiles: own("innerTiles"),
    projectionTiles: own("projectionTiles"),
    innerAt: (cell.innerAt ?? 0) * H4,
    resetAt: (cell.innerGate ?? 0) * H4,
    innerGradient: cell.innerAt === undefined ? 0 : gradientAt(arena, g, g.weights.length + 1 + n),
    inputTiles: own("inputTiles"),
    states: at("states"),
    tape: at("tape"),
    tapeRows: cell.tapeSlabs * H4,
    checkpoints: at("checkpoints"),
    stateRows: layer.stateRows,
    carryRows: layer.carryRows,
    keptAt: spec.zoneout === undefined ? 0 : (cell.direct === "none" ? 1 : 2) * H4,
    joined: at("joined"),
    operands: at("operands"),
    direct: ROUTE[cell.direct],
    sensitivityAt: (cell.sensitivityAt ?? 0) * H4,
    forgetAt: cell.forgetAt === undefined ? -1 : cell.forgetAt * H4,
    gated: cell.gated ? 1 : 0,
    gatedAt: (cell.gatedAt ?? 0) * H4,
    normed: spec.norm === "layer" ? 1 : 0,
    deltas: at("deltas"),
    deltaExponents: at("deltaExponents"),
    gradient: gradientAt(arena, g, n),
    lanes: 0,
  });
}

/**
 * The address of the first Gradient record of layer n; each set has F + 1 records. With M sets of weights, n = M is the
 * readout, and M + 1 + n the inner matrix of layer n.
 */
const gradientAt = (arena: RecordHome, g: Geometry, n: number) =>
  arena.address("gradients") + n * gradientSets(g) * (g.F + 1) * bytesOfRecord(GRADIENT);

function bindGradients(
  arena: RecordHome,
  g: Geometry,
  n: number,
  name: string,
  rows: number,
  deltaRows: number,
  hiddenAt: number,
  inputs: number,
  hidden: number,
  set = 0,
): void {
  const { F } = g;
  const floats = gradientFloats(rows, deltaRows, inputs, hidden);
  for (let f = 0; f <= F; f++) {
    writeRecord(arena.i32("gradients"), (n * gradientSets(g) + set) * (F + 1) + f, GRADIENT, {
      rows,
      deltaRows,
      hiddenAt,
      inputs,
      hidden,
      block: f < F ? arena.address(`${name}.gradientBlock`) + f * floats * 4 : 0,
      blockExponent: 0,
      blocks: 0,
      total: arena.address(`${name}.gradientTotal`) + f * floats * 8,
      inputExponent: 0,
      hiddenExponent: 0,
      biasExponent: 0,
      nonzero: 0,
    });
  }
}
