import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../../../src/base/random.ts";
import type { Kernels } from "../../setup/compile.ts";
import { privateKernels } from "../../setup/kernels.ts";
import { normals } from "../../setup/numbers.ts";
import type { Workbench } from "../../setup/workbench.ts";

let kernels: Kernels;
let bench: Workbench;

beforeAll(async () => {
  ({ kernels, bench } = await privateKernels());
});

interface Step {
  readonly rows: number;
  readonly columns: number;
  readonly batch: number;
  readonly u: Float32Array; // [panels][rows][8]
  readonly exponents: Int32Array; // [panels][8]
  readonly v: Float32Array; // [panels][columns][8]
}

/** ln ‖Σ_b u_b v_bᵀ‖ by the kernel, with gaps between the panels as in a pass. */
function measure({ rows, columns, batch, u, exponents, v }: Step): number {
  const panels = Math.ceil(batch / 8);
  bench.clear();
  const spread = (values: ArrayLike<number>, panel: number, apart: number) => {
    const out = new Float32Array(panels * (panel + apart)).fill(Number.NaN);
    for (let i = 0; i < values.length; i++) out[Math.floor(i / panel) * (panel + apart) + (i % panel)] = values[i];
    return out;
  };
  const [U, V] = [bench.f32(spread(u, rows * 8, 16)), bench.f32(spread(v, columns * 8, 24))];
  const [E, exponent] = [bench.i32(exponents), bench.i32([0])];
  const scratch = bench.f32(
    new Float32Array(kernels.call.contributionScratch(panels, Math.max(rows, columns)) / 4).fill(Number.NaN),
  );
  const square = kernels.call.stepContribution(
    exponent.at,
    U.at,
    (rows * 8 + 16) * 4,
    rows,
    E.at,
    32,
    V.at,
    (columns * 8 + 24) * 4,
    columns,
    panels,
    batch,
    scratch.at,
  );
  expect(bench.intact).toBe(true);
  return square === 0 ? Number.NEGATIVE_INFINITY : 0.5 * Math.log(square) + exponent.view[0] * Math.LN2;
}

/** The same in float64, and ln Σ_b ‖u_b‖‖v_b‖, the sum before cancellation. Values in the frame 2^`frame`. */
function reference({ rows, columns, batch, u, exponents, v }: Step) {
  const live = [...exponents].filter((e) => e > -(2 ** 29));
  const frame = Math.max(...live);
  const product = new Float64Array(rows * columns);
  let size = 0;
  for (let b = 0; b < batch; b++) {
    const [panel, lane] = [b >> 3, b & 7];
    const scale = 2 ** (exponents[b] - frame);
    let [uu, vv] = [0, 0];
    for (let i = 0; i < rows; i++) {
      const ui = u[(panel * rows + i) * 8 + lane] * scale;
      uu += ui * ui;
      for (let j = 0; j < columns; j++) product[i * columns + j] += ui * v[(panel * columns + j) * 8 + lane];
    }
    for (let j = 0; j < columns; j++) vv += v[(panel * columns + j) * 8 + lane] ** 2;
    size += Math.sqrt(uu) * Math.sqrt(vv);
  }
  const square = product.reduce((sum, value) => sum + value * value, 0);
  return { ln: 0.5 * Math.log(square) + frame * Math.LN2, cancelled: size / Math.sqrt(square) };
}

/** Two normalized panels: mantissas of norm about 2^40, exponents within a few hundred of each other. */
function draw(rows: number, columns: number, batch: number, uScale = 1, vScale = 1): Step {
  const panels = Math.ceil(batch / 8);
  const stream = random(rows + 100 * columns + 10_000 * batch, "test/step");
  const exponents = new Int32Array(panels * 8).fill(kernels.call.dead());
  const u = new Float32Array(panels * rows * 8);
  for (let b = 0; b < batch; b++) {
    exponents[b] = -5000 - stream.below(60);
    for (let i = 0; i < rows; i++) u[((b >> 3) * rows + i) * 8 + (b & 7)] = stream.normal() * 2 ** 40 * uScale;
  }
  const v = normals(panels * columns * 8, batch + columns).map((value) => value * vScale);
  return { rows, columns, batch, u, exponents, v };
}

function claim(step: Step) {
  const { ln, cancelled } = reference(step);
  // the error of the square is relative to the sum before cancellation; if nearly all cancels, the kernel forms the
  // product, and u · v itself is exact
  const within = Math.min(1e-6 * Math.max(1, cancelled) ** 2, 1e-3);
  expect(Math.abs(measure(step) - ln)).toBeLessThan(within);
}

describe("stepContribution", () => {
  it("equals ‖Σ_b u_b v_bᵀ‖ in float64 over rows, columns and batches", () => {
    for (const rows of [4, 8, 12, 20]) {
      for (const columns of [1, 3, 4, 5, 8, 9, 17])
        for (const batch of [1, 3, 7, 8, 9, 17]) claim(draw(rows, columns, batch));
    }
  });

  it("stays right where φ' has shrunk δa far below its frame, and where h is tiny or huge", () => {
    for (const uScale of [1e-15, 1e-25, 1e-35]) claim(draw(4, 5, 9, uScale));
    for (const vScale of [1e-36, 1e-25, 1e-15, 1e15, 1e25, 1e36]) claim(draw(4, 5, 9, 1, vScale));
    claim(draw(4, 5, 9, 1e-35, 1e-36));
  });

  it("stays right where one sample's h dwarfs the others' in a frame far below", () => {
    const step = draw(4, 3, 9);
    for (let i = 0; i < 3; i++) step.v[i * 8] = 1e30;
    step.exponents[0] -= 110;
    claim(step);
  });

  it("samples that cancel to the last digits leave those digits; samples that cancel exactly, exactly zero", () => {
    for (const [rows, columns] of [
      [4, 1],
      [4, 5],
      [12, 17],
    ]) {
      for (const left of [2 ** -6, 2 ** -12, 2 ** -20, 0]) {
        const step = draw(rows, columns, 10);
        // the ninth sample equals the first, except for its sign and for `left` of its u; the others are zero
        for (let b = 1; b < 10; b++) step.exponents[b] = b === 8 ? step.exponents[0] : kernels.call.dead();
        for (let p = 0; p < 2; p++) {
          for (let i = 0; i < rows; i++)
            for (let lane = p === 0 ? 1 : 0; lane < 8; lane++) step.u[(p * rows + i) * 8 + lane] = 0;
        }
        for (let i = 0; i < rows; i++) {
          step.u[i * 8] = Math.round(step.u[i * 8] / 2 ** 36) * 2 ** 36; // spare digits for the difference
          step.u[(rows + i) * 8] = -step.u[i * 8] * (1 - left);
        }
        for (let j = 0; j < columns; j++) step.v[(columns + j) * 8] = step.v[j * 8];
        if (left === 0) expect(measure(step)).toBe(Number.NEGATIVE_INFINITY);
        else expect(Math.abs(measure(step) - reference(step).ln)).toBeLessThan(1e-3);
      }
    }
  });

  it("all lanes dead give exactly zero; a dead lane gives nothing", () => {
    const step = draw(4, 3, 9);
    step.exponents.fill(kernels.call.dead());
    step.u.fill(0);
    expect(measure(step)).toBe(Number.NEGATIVE_INFINITY);
    const mixed = draw(4, 3, 9);
    for (let i = 0; i < 4; i++) mixed.u[i * 8 + 2] = 0;
    mixed.exponents[2] = kernels.call.dead();
    claim(mixed);
  });

  it("h = 0 gives exactly zero", () => {
    const step = draw(4, 3, 9);
    step.v.fill(0);
    expect(measure(step)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("NaN gives NaN", () => {
    const step = draw(4, 3, 9);
    step.u[5] = Number.NaN;
    expect(measure(step)).toBeNaN();
    const other = draw(4, 3, 9);
    other.v[5] = Number.NaN;
    expect(measure(other)).toBeNaN();
  });
});
