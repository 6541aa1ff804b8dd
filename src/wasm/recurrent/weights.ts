import type { Arena } from "../engine.ts";
import { GRADIENT } from "../records.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { type Geometry, gradientFloats, pad4 } from "./plan.ts";

/** Copies the parameters in and packs them for the kernels: W by rows for the way out, Wᵀ for the way back. */
export function loadWeights(arena: Arena, g: Geometry, parameters: ParameterMap): void {
  const { H, H4, R, cell } = g;
  const pack = arena.core.packRows;
  for (const { suffix, level, inputs: X } of g.layers) {
    arena.f32(`weight_ih_${suffix}`).set(parameters.get(`rnn.weight_ih_${suffix}`)!);
    arena.f32(`weight_hh_${suffix}`).set(parameters.get(`rnn.weight_hh_${suffix}`)!);
    const bih = parameters.get(`rnn.bias_ih_${suffix}`)!;
    const bhh = parameters.get(`rnn.bias_hh_${suffix}`)!;
    const ih = (gate: number) => arena.address(`weight_ih_${suffix}`) + gate * H * X * 4;
    const hh = (gate: number) => arena.address(`weight_hh_${suffix}`) + gate * H * H * 4;
    const bias = arena.f32(`bias_${suffix}`);
    let tiles = arena.address(`forwardTiles_${suffix}`);
    cell.forward.forEach(({ gate, of }, slab) => {
      const kx = of === "hidden" ? 0 : X;
      const kh = of === "input" ? 0 : H;
      if (kx > 0) pack(tiles, kx + kh, 0, ih(gate), H, X, X, 1);
      if (kh > 0) pack(tiles, kx + kh, kx, hh(gate), H, H, H, 1);
      tiles += H4 * (kx + kh) * 4;
      for (let i = 0; i < H; i++) {
        bias[slab * H4 + i] = (of === "hidden" ? 0 : bih[gate * H + i]) + (of === "input" ? 0 : bhh[gate * H + i]);
      }
    });
    cell.hiddenGates.forEach((gate, slab) => {
      pack(arena.address(`hiddenTiles_${suffix}`), R, slab * H4, hh(gate), H, H, 1, H);
    });
    if (level > 0) {
      cell.inputGates.forEach((gate, slab) => {
        pack(arena.address(`inputTiles_${suffix}`), R, slab * H4, ih(gate), X, H, 1, X);
      });
    }
  }
  loadReadout(arena, g, parameters);
}

function loadReadout(arena: Arena, { W, sizes }: Geometry, parameters: ParameterMap): void {
  const Y = sizes.outputs;
  if (Y === null) return;
  arena.f32("readout.weight").set(parameters.get("readout.weight")!);
  arena.f32("readoutBias").set(parameters.get("readout.bias")!);
  const weight = arena.address("readout.weight");
  arena.core.packRows(arena.address("readoutTiles"), W, 0, weight, Y, W, W, 1);
  arena.core.packRows(arena.address("readoutBack"), Y, 0, weight, W, Y, 1, W);
}

/** A parameter's gradient, row-major, in the frame of its exponent. */
export function readGradient(arena: Arena, g: Geometry, name: string): ScaledTensor {
  const { H, H4, W, cell, sizes, F } = g;
  const [, kind, suffix] =
    /^(?:rnn\.)?(weight_ih|weight_hh|bias_ih|bias_hh|readout\.weight|readout\.bias)(?:_(l\d+(?:_reverse)?))?$/.exec(
      name,
    )!;
  const readout = kind.startsWith("readout");
  const n = readout ? g.layers.length : g.layers.findIndex((layer) => layer.suffix === suffix);
  const inputs = readout ? W : g.layers[n].inputs;
  const hidden = readout ? 0 : H;
  const R = readout ? pad4(sizes.outputs!) : g.R;
  const deltaRows = readout ? R : g.deltaRows;
  const floats = gradientFloats(R, deltaRows, inputs, hidden);
  const total = arena.f64(`${readout ? "readout" : suffix}.gradientTotal`).subarray(F * floats);

  const ofInput = kind === "weight_ih" || kind === "bias_ih";
  const gates = readout ? [0] : ofInput ? cell.inputGates : cell.hiddenGates;
  const gateRows = readout ? sizes.outputs! : H;
  const slabRows = readout ? R : H4;
  const isBias = kind.includes("bias");
  const part = isBias ? "biasExponent" : kind === "weight_hh" ? "hiddenExponent" : "inputExponent";
  const exponent = arena.i32("gradients")[(n * (F + 1) + F) * GRADIENT.length + GRADIENT.indexOf(part)];
  const columns = isBias ? 1 : kind === "weight_hh" ? hidden : inputs;
  const data = new Float64Array(gates.length * gateRows * columns);
  const panels = kind === "weight_hh" ? Math.ceil(inputs / 8) * R * 8 : 0;
  const biases = floats - deltaRows + (kind === "bias_hh" ? cell.hiddenAt * H4 : 0);
  gates.forEach((gate, slab) => {
    for (let i = 0; i < gateRows; i++) {
      const row = slab * slabRows + i;
      const to = (gate * gateRows + i) * columns;
      if (isBias) data[to] = total[biases + row];
      else for (let j = 0; j < columns; j++) data[to + j] = total[panels + ((j >> 3) * R + row) * 8 + (j & 7)];
    }
  });
  return { data, exponent };
}
