/**
 * The products of a panel with one sample, or with four, have the same bits as those of `tileProduct`, which is checked
 * against float64.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../../../src/base/random.ts";
import type { Kernels } from "../../setup/compile.ts";
import { privateKernels } from "../../setup/kernels.ts";
import type { Workbench } from "../../setup/workbench.ts";

let kernels: Kernels;
let bench: Workbench;

beforeAll(async () => {
  ({ kernels, bench } = await privateKernels());
});

const DEPTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 13];
/** Every remainder of four tiles at a time, after no whole group of four and after one. */
const TILES = [1, 2, 3, 4, 5, 6, 7, 8];

const noise = (length: number, name: string) => {
  const stream = random(1, `test/vector/${name}`);
  return Float32Array.from({ length }, () => stream.normal());
};

/** A panel's first lanes; the others must be zero. */
const firstLanes = (panel: Float32Array, lanes: number) => panel.filter((_, i) => i % 8 < lanes);
const firstLane = (panel: Float32Array) => firstLanes(panel, 1);
const lanesFrom = (panel: Float32Array, lanes: number) => panel.filter((_, i) => i % 8 >= lanes);
const otherLanes = (panel: Float32Array) => lanesFrom(panel, 1);

describe.each(["FromBias", "FromZero", "FromOutput"] as const)("products %s", (start) => {
  const run = (product: string, tiles: number, kx: number, kh: number, change = (_: Float32Array) => {}) => {
    bench.clear();
    const name = `${tiles}/${kx}/${kh}`;
    const [bias, out] = [bench.f32(noise(tiles * 4, "bias")), bench.f32(noise(tiles * 32, "out"))];
    const weights = noise(tiles * 4 * (kx + kh), `a/${name}`);
    change(weights);
    const a = bench.f32(weights);
    const [x, h] = [bench.f32(noise(kx * 8, `x/${name}`)), bench.f32(noise(kh * 8, `h/${name}`))];
    kernels.call[`${product}${start}`](out.at, bias.at, a.at, x.at, kx, h.at, kh, tiles);
    expect(bench.intact).toBe(true);
    return out.view.slice();
  };

  describe.each([
    ["vectorProduct", 1],
    ["halfProduct", 4],
  ] as const)("%s", (product, lanes) => {
    it("has the bits of tileProduct in its lanes and zeros in the others, for one to eight tiles and every pair of depths", () => {
      for (const tiles of TILES) {
        for (const kx of DEPTHS) {
          for (const kh of DEPTHS) {
            const out = run(product, tiles, kx, kh);
            const name = `tiles ${tiles}, kx ${kx}, kh ${kh}`;
            expect(firstLanes(out, lanes), name).toEqual(firstLanes(run("tileProduct", tiles, kx, kh), lanes));
            expect(lanesFrom(out, lanes), name).toEqual(new Float32Array(tiles * 4 * (8 - lanes)));
          }
        }
      }
    });

    it("sends NaN and infinities where tileProduct does", () => {
      for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const spoil = (weights: Float32Array) => {
          weights[21] = special;
        };
        const expected = firstLanes(run("tileProduct", 5, 3, 6, spoil), lanes);
        expect(firstLanes(run(product, 5, 3, 6, spoil), lanes)).toEqual(expected);
      }
    });
  });
});

describe("columns", () => {
  it("are gathered from a panel's first lane and scattered back, whatever their length", () => {
    for (let rows = 1; rows <= 17; rows++) {
      bench.clear();
      const panel = noise(Math.ceil(rows / 4) * 32, "panel");
      const [from, to] = [bench.f32(panel), bench.f32(noise(panel.length, "to"))];
      const column = bench.f32(new Float32Array(Math.ceil(rows / 4) * 4));
      kernels.call.gatherColumn(column.at, from.at, rows);
      expect(column.view.slice(0, rows)).toEqual(firstLane(panel).slice(0, rows));
      expect(column.view.slice(rows)).toEqual(new Float32Array(column.view.length - rows));
      kernels.call.scatterColumn(to.at, column.at, rows);
      expect(firstLane(to.view.slice(0, rows * 8))).toEqual(firstLane(panel).slice(0, rows));
      expect(otherLanes(to.view.slice(0, rows * 8))).toEqual(new Float32Array(rows * 7));
      expect(bench.intact).toBe(true);
    }
  });

  it("are activated as panels are", () => {
    const tanh = 2; // of ACTIVATIONS
    for (const rows of [1, 3, 4, 5, 255, 256, 257, 600]) {
      bench.clear();
      const padded = Math.ceil(rows / 4) * 4;
      const a = noise(padded * 8, "a");
      const [panel, slope] = [bench.f32(a), bench.f32(new Float32Array(padded * 8))];
      const [whole, wholeSlope] = [bench.f32(a), bench.f32(new Float32Array(padded * 8))];
      kernels.call.activateSample(tanh, panel.at, panel.at, slope.at, rows);
      kernels.call.activate(tanh, whole.at, whole.at, wholeSlope.at, rows * 8);
      expect(firstLane(panel.view.slice(0, rows * 8))).toEqual(firstLane(whole.view.slice(0, rows * 8)));
      expect(firstLane(slope.view.slice(0, rows * 8))).toEqual(firstLane(wholeSlope.view.slice(0, rows * 8)));
      expect(bench.intact).toBe(true);
    }
  });
});

describe("sampleSquareSum", () => {
  it("adds up the squares of the panel's first samples only", () => {
    for (let lanes = 1; lanes <= 8; lanes++) {
      bench.clear();
      const values = noise(5 * 8, "squares");
      const sum = values.reduce((total, x, i) => total + (i % 8 < lanes ? x * x : 0), 0);
      const got = kernels.call.sampleSquareSum(bench.f32(values).at, 5, lanes) as number;
      expect(Math.abs(got / sum - 1)).toBeLessThan(1e-12);
    }
  });
});
