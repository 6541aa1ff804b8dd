/** The core counts magnitudes like the host. */
import { beforeAll, describe, expect, it } from "vitest";
import { COUNTS, countEntries } from "../../../src/flow/half/magnitudes.ts";
import type { Kernels } from "../../setup/compile.ts";
import { privateKernels } from "../../setup/kernels.ts";
import { normals } from "../../setup/numbers.ts";
import type { Workbench } from "../../setup/workbench.ts";

describe("the core counts as the host does", () => {
  let kernels: Kernels;
  let bench: Workbench;
  beforeAll(async () => {
    ({ kernels, bench } = await privateKernels());
  });

  it("every lane in its frame; subnormals, zeros, infinities and NaN", () => {
    const special = [0, -0, 2 ** -149, 3 * 2 ** -140, -1, 2 - 2 ** -23, 2 - 2 ** -9, 2 - 2 ** -12, 65520, 1e38];
    for (const rows of [1, 3, 4, 17]) {
      for (let lanes = 1; lanes <= 8; lanes++) {
        bench.clear();
        const values = Float32Array.from(normals(rows * 8, rows), (value, i) =>
          i % 3 === 0 ? special[i % special.length] : value * 2 ** ((i % 40) - 20),
        );
        if (lanes === 5) values.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
        const frames = [0, -130, 40, -400, 300, 7, -24, 13];
        const [counts, delta, exponents] = [bench.i32(new Int32Array(COUNTS)), bench.f32(values), bench.i32(frames)];
        kernels.call.countMagnitudes(counts.at, delta.at, exponents.at, rows, lanes);
        const want = new Int32Array(COUNTS);
        for (let lane = 0; lane < lanes; lane++) {
          const own = Array.from({ length: rows }, (_, i) => values[i * 8 + lane]);
          // what is not finite has no part of a binade: the host counts it in the first
          countEntries(want, own, frames[lane]);
        }
        const merged = (bins: Int32Array) => [...bins.subarray(0, -4), bins.subarray(-4).reduce((a, b) => a + b)];
        expect(merged(counts.view)).toEqual(merged(want));
        expect(bench.intact).toBe(true);
      }
    }
  });
});
