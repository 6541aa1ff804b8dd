import { compile, type Kernels } from "./compile.ts";
import { Workbench } from "./workbench.ts";

const product = (start: string) => `
  export function tileProduct${start}(out: usize, start: usize, a: usize, x: usize, kx: i32, h: usize, kh: i32, tiles: i32): void {
    tileProduct<${start}>(out, start, a, x, kx, h, kh, tiles);
  }
  export function vectorProduct${start}(out: usize, start: usize, a: usize, x: usize, kx: i32, h: usize, kh: i32, tiles: i32): void {
    vectorProduct<${start}>(out, start, a, x, kx, h, kh, tiles);
  }`;

/** Kernels the core does not export, under their own names; inlined and generic ones behind a function that is neither. */
const ENTRY = `
  import { DEAD, HEADROOM, powerOfFour, powerOfTwo, powersOfTwo } from "./assembly/kernels/lanes";
  import { transpose4 } from "./assembly/kernels/pack";
  import { FromBias, FromOutput, FromZero, tileProduct } from "./assembly/kernels/tiles";
  import { vectorProduct } from "./assembly/kernels/vector";
  export { gatherColumn, scatterColumn } from "./assembly/kernels/vector";
  export { activate } from "./assembly/layers/activations";
  export { activateSample } from "./assembly/cells/sample";
  export { sampleSquareSum } from "./assembly/probes/norms";
  export { laneSquares, mergeLanes, normalisers, scaleLanes } from "./assembly/kernels/lanes";
  export { packBatch, packColumns, packRows, unpackColumns } from "./assembly/kernels/pack";
  export { binaryCrossEntropy, crossEntropy, squaredError } from "./assembly/layers/losses";
  export { magnitudeSums, panelMagnitudeSums } from "./assembly/probes/magnitudes";
  export { contributionScratch, stepContribution } from "./assembly/probes/contributions";
  export function dead(): i32 { return DEAD; }
  export function headroom(): i32 { return HEADROOM; }
  export function two(e: i32): f32 { return powerOfTwo(e); }
  export function four(e: i32): f64 { return powerOfFour(e); }
  export function twos(out: usize, e: usize): void { v128.store(out, powersOfTwo(v128.load(e))); }
  export function transpose(to: usize, step: usize, from: usize, scale: usize, sum: usize): void {
    v128.store(sum, transpose4(to, step, from, v128.load(scale)));
  }
  ${["FromBias", "FromZero", "FromOutput"].map(product).join("\n")}
`;

let built: Promise<Kernels> | undefined;

/** The kernels, compiled once for all suites of one test file, and a bench in their memory. */
export async function privateKernels(): Promise<{ kernels: Kernels; bench: Workbench }> {
  built ??= compile(ENTRY);
  const kernels = await built;
  return { kernels, bench: new Workbench(kernels.memory) };
}
