import { pad4 } from "../panels.ts";
import type { DenseLayer } from "../../spec/dense.ts";
import type { Arena } from "../engine.ts";
import { POOLING } from "../generated/kinds.ts";
import { DENSE, GRADIENT } from "../generated/records.ts";
import type { RecordHome } from "../image.ts";
import { activationNumber } from "../kernels.ts";
import { addressRecord, bytesOfRecord, writeRecord } from "../records.ts";
import type { ParameterMap } from "../scaled.ts";
import { deltaRowsOf, headRows } from "./dense-plan.ts";
import { countMasks, type Geometry, gradientSets, hasInner } from "./geometry.ts";

/*
 * Binds and loads the dense layers of a pass, in its stem and head, and the pooling of a sequence.
 */

/**
 * A layer's place among the pass's Gradient records: after the recurrent layers, the readout and the inner matrices.
 */
export const denseRecord = ({ weights, layers, stem, head }: Geometry, layer: DenseLayer): number =>
  weights.length * (hasInner({ layers }) ? 2 : 1) + 1 + [...stem, ...head].indexOf(layer);

/** Writes the records of stem and head; returns the fields of the pass that are about them. */
export function bindDense(arena: RecordHome, g: Geometry) {
  const at = (name: string) => arena.address(name);
  for (const [records, layers] of [
    ["stem", g.stem],
    ["head", g.head],
  ] as const) {
    layers.forEach((layer, i) => {
      const { name, inputs, width, activation, norm, normEpsilon, dropout } = layer;
      writeRecord(arena.i32(records), i, DENSE, {
        ...addressRecord(DENSE, (field) => at(`${name}.${field}`)),
        inputs,
        rows: width,
        activation: activationNumber(activation),
        normed: norm === "none" ? 0 : 1,
        epsilon: normEpsilon,
        mask: dropout === undefined ? 0 : countMasks({ stem: [], head: [] }) + [...g.stem, ...g.head].indexOf(layer),
        deltaRows: deltaRowsOf(layer),
        gradient: at("gradients") + denseRecord(g, layer) * gradientSets(g) * (g.F + 1) * bytesOfRecord(GRADIENT),
      });
    });
  }
  return {
    features: g.features,
    belowRows: g.belowRows,
    stem: g.stem.length,
    stemRecords: at("stem"),
    stemDeltas: at("stemDeltas"),
    stemExponents: at("stemExponents"),
    head: g.head.length,
    headRecords: at("head"),
    headDeltas: at("headDeltas"),
    headBytes: headRows(g) * 32,
    headExponents: at("headExponents"),
    pooling: POOLING[g.pooling],
    pooled: at("pooled"),
    pooledSums: at("pooledSums"),
    pooledSteps: at("pooledSteps"),
    pooledDelta: at("pooledDelta"),
    pooledExponents: at("pooledExponents"),
    injectionExponents: at("injectionExponents") === 0 ? at("outputExponents") : at("injectionExponents"),
  };
}

/** The Gradient records of stem and head: place, name, sizes and number of sets. */
export const denseGradients = (g: Geometry) =>
  [...g.stem, ...g.head].map((layer) => ({
    record: denseRecord(g, layer),
    name: layer.name,
    rows: pad4(layer.width),
    deltaRows: deltaRowsOf(layer),
    inputs: layer.inputs,
    sets: g.stem.includes(layer) ? gradientSets(g) : 1,
  }));

/** Copies the parameters in and packs them: W for the forward pass, Wᵀ for the backward pass. */
export function loadDense(
  arena: Arena,
  g: Geometry,
  parameters: ParameterMap,
  resident: (name: string, values: Float32Array) => number,
): void {
  for (const { name, inputs, width, norm } of [...g.stem, ...g.head]) {
    const weight = resident(`${name}.weight`, parameters.get(`${name}.weight`)!);
    arena.core.packRows(arena.address(`${name}.tiles`), inputs, 0, weight, width, inputs, inputs, 1);
    arena.core.packRows(arena.address(`${name}.backTiles`), width, 0, weight, inputs, width, 1, inputs);
    arena.f32(`${name}.bias`).set(parameters.get(`${name}.bias`)!);
    if (norm === "none") continue;
    arena.f32(`${name}.gamma`).set(parameters.get(`${name}.norm.weight`)!);
    arena.f32(`${name}.beta`).set(parameters.get(`${name}.norm.bias`)!);
  }
}
