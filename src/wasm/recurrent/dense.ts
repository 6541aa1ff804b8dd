import type { DenseLayer } from "../../spec/dense.ts";
import type { Arena } from "../engine.ts";
import { POOLING } from "../generated/kinds.ts";
import { DENSE, GRADIENT } from "../generated/records.ts";
import type { RecordHome } from "../image.ts";
import { activationNumber } from "../kernels.ts";
import { addressRecord, bytesOfRecord, writeRecord } from "../records.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { deltaRowsOf, headRows } from "./dense-plan.ts";
import { type Geometry, gradientSets } from "./plan.ts";
import { gradientFloats, pad4 } from "./sizes.ts";
import { exponentOf, unpack } from "./totals.ts";

/*
 * The dense layers of a pass, a stem's and a head's, and what pools a sequence: bound, loaded, read.
 */

/** A layer's place among the pass's Gradient records: behind the recurrent layers, the readout and inner matrices. */
const recordOf = ({ layers, cell, stem, head }: Geometry, layer: DenseLayer): number =>
  layers.length * (cell.innerAt === undefined ? 1 : 2) + 1 + [...stem, ...head].indexOf(layer);

/** Writes the records of stem and head; returns the fields of the pass that are about them. */
export function bindDense(arena: RecordHome, g: Geometry) {
  const at = (name: string) => arena.address(name);
  for (const [records, layers] of [
    ["stem", g.stem],
    ["head", g.head],
  ] as const) {
    layers.forEach((layer, i) => {
      const { name, inputs, width, activation, norm } = layer;
      writeRecord(arena.i32(records), i, DENSE, {
        ...addressRecord(DENSE, (field) => at(`${name}.${field}`)),
        inputs,
        rows: width,
        activation: activationNumber(activation),
        normed: norm === "none" ? 0 : 1,
        deltaRows: deltaRowsOf(layer),
        gradient: at("gradients") + recordOf(g, layer) * gradientSets(g) * (g.F + 1) * bytesOfRecord(GRADIENT),
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

/** The Gradient records that stem and head have: their place, their name, their sizes, how many sets. */
export const denseGradients = (g: Geometry) =>
  [...g.stem, ...g.head].map((layer) => ({
    record: recordOf(g, layer),
    name: layer.name,
    rows: pad4(layer.width),
    deltaRows: deltaRowsOf(layer),
    inputs: layer.inputs,
    sets: g.stem.includes(layer) ? gradientSets(g) : 1,
  }));

/** Copies the parameters in: W by rows for the way out, Wᵀ for the way back. */
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

/**
 * The gradient of a parameter of stem or head, in the frame of its exponent; zero in a pass that bypasses it.
 *
 * @param set 0 the pass's own, 1 the truncated gradient, which a head is not part of
 */
export function readDenseGradient(
  arena: Arena,
  g: Geometry,
  name: string,
  value: Float32Array,
  set: number,
): ScaledTensor {
  const layer = [...g.stem, ...g.head].find((each) => name.startsWith(`${each.name}.`));
  if (layer === undefined) return { data: new Float64Array(value.length), exponent: 0 };
  const part = name.slice(layer.name.length + 1);
  const own = g.stem.includes(layer) ? set : 0;
  const [H4, deltaRows] = [pad4(layer.width), deltaRowsOf(layer)];
  const floats = gradientFloats(H4, deltaRows, layer.inputs, 0);
  const total = arena.f64(`${own === 0 ? "" : "truncated."}${layer.name}.gradientTotal`).subarray(g.F * floats);
  const exponent = (of: "inputExponent" | "biasExponent") => exponentOf(arena, g, recordOf(g, layer), of, own);
  if (part === "weight")
    return { data: unpack(total, H4, 0, layer.width, layer.inputs), exponent: exponent("inputExponent") };
  const slab = part === "bias" ? 0 : part === "norm.weight" ? 1 : 2;
  const first = floats - deltaRows + slab * H4;
  return { data: total.slice(first, first + layer.width), exponent: exponent("biasExponent") };
}
