import { CELL_TABLE, type CellName } from "../../catalogue/index.ts";
import type { Engine } from "../../wasm/engine.ts";
import { matrixSpectrum } from "../../wasm/jacobian/matrix.ts";
import { finite } from "./spectrum.ts";
import type { WeightSpectrum } from "./types.ts";

/** Spectra of W_hh `[G·H, H]` as a step uses it: one square block for each gate. */
export function weightSpectra(
  engine: Engine,
  cell: CellName,
  W: Float32Array,
  H: number,
  listed: boolean,
  limit: number,
): WeightSpectrum[] {
  const gates = W.length / (H * H);
  return Array.from({ length: gates }, (_, g) => {
    return weightSpectrum(
      engine,
      CELL_TABLE[cell].letters[g],
      W.subarray(g * H * H, (g + 1) * H * H),
      H,
      listed,
      limit,
    );
  });
}

function weightSpectrum(
  engine: Engine,
  gate: string,
  W: Float32Array,
  H: number,
  listed: boolean,
  limit: number,
): WeightSpectrum {
  const { eigenvalues, norm, abscissa, square } = matrixSpectrum(engine, W, H, limit);
  const sound = Number.isFinite(square) ? (x: number) => x : finite;
  const common = { gate, norm: sound(norm), numericalAbscissa: sound(abscissa) };
  if (eigenvalues === undefined) {
    return { ...common, spectralRadius: null, departure: null, relativeDeparture: null };
  }
  const { re, im } = eigenvalues;
  const moduli = re.map((x, i) => Math.hypot(x, im[i]));
  const departure = Math.sqrt(Math.max(square - moduli.reduce((sum, m) => sum + m * m, 0), 0));
  const order = Array.from(moduli.keys()).sort((a, b) => moduli[b] - moduli[a]);
  return {
    ...common,
    spectralRadius: moduli[order[0]],
    departure,
    relativeDeparture: square === 0 ? 0 : departure / Math.sqrt(square),
    ...(listed ? { eigenvalues: order.map((i) => [re[i], im[i]] as const) } : {}),
  };
}
