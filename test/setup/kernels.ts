import { setFlagsFromString } from "node:v8";
import { compile, type Kernels } from "./compile.ts";
import { Workbench } from "./workbench.ts";

/** Functions that are not generic and call the generic products. */
const product = (start: string, names: readonly string[]) =>
  names
    .map(
      (name) => `
  export function ${name}${start}(out: usize, start: usize, a: usize, x: usize, kx: i32, h: usize, kh: i32, tiles: i32): void {
    ${name}<${start}>(out, start, a, x, kx, h, kh, tiles);
  }`,
    )
    .join("");

/** The same of products that get the start as a number. */
const productFrom = (start: string, names: readonly string[]) =>
  names
    .map(
      (name) => `
  export function ${name}${start}(out: usize, start: usize, a: usize, x: usize, kx: i32, h: usize, kh: i32, tiles: i32): void {
    ${name}(changetype<${start}>(0).start(), out, start, a, x, kx, h, kh, tiles);
  }`,
    )
    .join("");

const STARTS = ["FromBias", "FromZero", "FromOutput"];

/** Kernels that the core does not export, by name. Inlined and generic ones are called by a function that is neither. */
const ENTRY = `
  import { powerOfFour, powerOfTwo, powersOfTwo } from "./assembly/kernels/lanes";
  import { DEAD, HEADROOM } from "./assembly/records/constants";
  import { transpose4 } from "./assembly/kernels/pack";
  import { halfProduct } from "./assembly/kernels/half";
  import { FromBias, FromOutput, FromZero, tileProduct } from "./assembly/kernels/tiles";
  import { vectorProduct } from "./assembly/kernels/vector";
  export { gatherColumn, scatterColumn } from "./assembly/kernels/vector";
  export { activate } from "./assembly/layers/activations";
  export { activateSample } from "./assembly/cells/sample";
  export { sampleSquareSum } from "./assembly/probes/norms";
  export { dropSmall, laneSquares, mergeLanes, normalizers, scaleLanes } from "./assembly/kernels/lanes";
  export { packAligned, packBatch, packColumns, packRows, unpackColumns } from "./assembly/kernels/pack";
  export { binaryCrossEntropy, crossEntropy, squaredError } from "./assembly/layers/losses";
  export { doubleNumbers } from "./assembly/probes/doubles";
  export { magnitudeSums, panelMagnitudeSums } from "./assembly/probes/magnitudes";
  export { countMagnitudes } from "./assembly/probes/halves";
  export { contributionScratch, stepContribution } from "./assembly/probes/contributions";
  export function dead(): i32 { return DEAD; }
  export function headroom(): i32 { return HEADROOM; }
  export function two(e: i32): f32 { return powerOfTwo(e); }
  export function four(e: i32): f64 { return powerOfFour(e); }
  export function twos(out: usize, e: usize): void { v128.store(out, powersOfTwo(v128.load(e))); }
  export function transpose(to: usize, step: usize, from: usize, scale: usize, sum: usize): void {
    v128.store(sum, transpose4(to, step, from, v128.load(scale)));
  }
  ${STARTS.map((start) => product(start, ["tileProduct"]) + productFrom(start, ["vectorProduct", "halfProduct"])).join("\n")}
`;

let built: Promise<Kernels> | undefined;

/** The kernels, compiled once for all suites of one test file, and a bench in their memory. */
export async function privateKernels(): Promise<{ kernels: Kernels; bench: Workbench }> {
  built ??= compile(ENTRY);
  const kernels = await built;
  return { kernels, bench: new Workbench(kernels.memory) };
}

let relaxed: Promise<Kernels> | undefined;

/** The tile's product of the relaxed build. */
export async function relaxedKernels(): Promise<{ kernels: Kernels; bench: Workbench }> {
  relaxed ??= compileRelaxed();
  const kernels = await relaxed;
  return { kernels, bench: new Workbench(kernels.memory) };
}

let wide: Promise<Kernels> | undefined;

/** The tile's product of the wide build. Not joined by V8 here, it computes the same. */
export async function wideKernels(): Promise<{ kernels: Kernels; bench: Workbench }> {
  wide ??= compile(TILE, "--use", "WIDE=1");
  const kernels = await wide;
  return { kernels, bench: new Workbench(kernels.memory) };
}

const TILE = `
  import { FromBias, FromOutput, FromZero, tileProduct } from "./assembly/kernels/tiles";
  ${["FromBias", "FromZero", "FromOutput"].map((start) => product(start, ["tileProduct"])).join("\n")}
`;

/** Node 20 needs a flag for relaxed SIMD. It is set for this module only, because other suites test Node without it. */
async function compileRelaxed(): Promise<Kernels> {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  const kernels = await compile(TILE, "--enable", "relaxed-simd");
  setFlagsFromString("--no-experimental-wasm-relaxed-simd");
  return kernels;
}
