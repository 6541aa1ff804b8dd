import { cellVectors, innerMatrixOf, operands, recurrentSlope } from "../../catalogue/index.ts";
import type { Arena } from "../engine.ts";
import type { ParameterMap } from "../scaled.ts";
import { loadDense } from "./dense.ts";
import { type Geometry, handsDown, type PlannedLayer } from "./geometry.ts";

/**
 * Copies the parameters into the memory and packs them, with a pause after every matrix: W for the forward pass, Wᵀ for
 * the backward pass.
 *
 * @param parameters is called again after every pause, because memory may have moved
 */
export function* loadWeights(arena: Arena, g: Geometry, parameters: () => ParameterMap): Generator<void, void> {
  const pack = arena.core.packRows;
  for (const layer of g.weights) {
    const { suffix, stack, weights, level, inputs: X, H, H4, R, cell, recurrentColumns, spec, outputs: P } = layer;
    const of = (name: string) => parameters().get(`${stack}.${name}_${suffix}`)!;
    const weightIh = resident(arena, `weight_ih_${weights}`, of("weight_ih"));
    const used =
      recurrentColumns === 0
        ? undefined
        : (cell.recurrence?.forward(of("weight_hh"), H, spec.cellOptions) ?? of("weight_hh"));
    const weightHh = used === undefined ? 0 : resident(arena, `weight_hh_${weights}`, used);
    const inner = innerMatrixOf(spec);
    const weightInner = inner === undefined ? 0 : resident(arena, `weight_inner_${weights}`, of(inner));
    const ih = (gate: number) => weightIh + gate * H * X * 4;
    const hh = (gate: number) => weightHh + gate * H * P * 4;
    if (spec.projection !== undefined) {
      pack(arena.address(`innerTiles_${weights}`), P, 0, weightInner, H, P, 1, H);
      pack(arena.address(`projectionTiles_${weights}`), H, 0, weightInner, P, H, H, 1);
    } else if (cell.innerAt !== undefined) {
      const first = cell.innerGate === undefined ? weightInner : hh(cell.innerGate);
      pack(arena.address(`innerTiles_${weights}`), H4, 0, first, H, H, 1, H);
    }
    let tiles = arena.address(`forwardTiles_${weights}`);
    yield;
    for (const [slab, row] of cell.forward.entries()) {
      const { gate } = row;
      const { kx, kh } = operands(row, X, P);
      const ofInput = row.of === "both" || row.of === "input";
      const first = row.of === "inner" ? weightInner : ih(gate);
      if (kx > 0) pack(tiles, kx + kh, 0, first, H, kx, kx, 1);
      if (kh > 0) pack(tiles, kx + kh, kx, hh(gate), H, P, P, 1);
      tiles += H4 * (kx + kh) * 4;
      yield;
      const [biasIh, biasHh, bias] = [of("bias_ih"), of("bias_hh"), arena.f32(`bias_${weights}`)];
      for (let i = 0; i < H; i++) {
        bias[slab * H4 + i] = (ofInput ? biasIh[gate * H + i] : 0) + (kh > 0 ? biasHh[gate * H + i] : 0);
      }
    }
    for (const [slab, gate] of cell.hiddenGates.entries()) {
      if (gate === cell.innerGate) continue; // rows of zeros: this gate's matrix does not multiply h
      pack(arena.address(`hiddenTiles_${weights}`), R, slab * H4, hh(gate), P, H, 1, P);
      yield;
    }
    if (handsDown(g, level)) {
      for (const [slab, gate] of cell.inputGates.entries()) {
        pack(arena.address(`inputTiles_${weights}`), R, slab * H4, ih(gate), X, H, 1, X);
        yield;
      }
    }
    loadVectors(arena.f32(`vectors_${weights}`), layer, of);
    const slope = recurrentSlope(spec);
    if (slope !== undefined) loadSlopes(arena.f64(`vectorSlopes_${weights}`), of(slope.name), slope.slope);
  }
  if (g.vocabulary > 0) arena.f32("embeddingTable").set(parameters().get("embedding.weight")!);
  yield;
  loadDense(arena, g, parameters(), (name, values) => resident(arena, name, values));
  yield;
  loadReadout(arena, g, parameters());
}

/** The address of a matrix: its own if it is in WASM memory, otherwise that of a copy. */
function resident(arena: Arena, name: string, values: Float32Array): number {
  if (values.buffer === arena.core.memory.buffer) return values.byteOffset;
  arena.f32(name).set(values);
  return arena.address(name);
}

/** vectors[V][H₄] from the cell's learned ones. */
function loadVectors(to: Float32Array, { H, H4, cell, spec }: PlannedLayer, of: (name: string) => Float32Array): void {
  const learned = cellVectors(spec).flatMap(({ name, blocks = 1, value = (x) => x }) => {
    const values = Float64Array.from(of(name), value);
    return Array.from({ length: blocks }, (_, block) => values.subarray(block * H, (block + 1) * H));
  });
  cell.vectors(spec.cellOptions, learned).forEach((vector, slab) => {
    const values = typeof vector === "number" ? new Float64Array(H).fill(vector) : vector;
    to.set(values, slab * H4);
  });
}

/**
 * [H + 1]: d value/d parameter of every unit, divided by 2^e, and then e, where 2^e is the power of two below the
 * largest derivative.
 */
function loadSlopes(to: Float64Array, parameter: Float32Array, slope: (parameter: number) => number): void {
  const slopes = Float64Array.from(parameter, slope);
  const largest = slopes.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const exponent = largest > 0 && largest < Number.POSITIVE_INFINITY ? Math.floor(Math.log2(largest)) : 0;
  to.set(slopes.map((value) => value / 2 ** exponent));
  to[slopes.length] = exponent;
}

/** A pass without a loss leaves head and readout out. */
function loadReadout(arena: Arena, { features: W, sizes, spec, loss }: Geometry, parameters: ParameterMap): void {
  const Y = sizes.outputs;
  if (Y === null || loss === "none") return;
  const weight = resident(
    arena,
    "readout.weight",
    parameters.get(spec.embedding?.tied ? "embedding.weight" : "readout.weight")!,
  );
  arena.f32("readoutBias").set(parameters.get("readout.bias")!);
  arena.core.packRows(arena.address("readoutTiles"), W, 0, weight, Y, W, W, 1);
  arena.core.packRows(arena.address("readoutBack"), Y, 0, weight, W, Y, 1, W);
}
