import { random } from "../src/base/random.ts";
import { DEFAULT_MEMORY_LIMIT, Engine } from "../src/wasm/engine.ts";
import { PlanBuilder } from "../src/wasm/plan.ts";
import { relativeError, shortest } from "./measure.ts";
import { type PRODUCTS, productName } from "./shapes.ts";
import type { Row } from "./table.ts";

/** C = A · B of every shape through the public kernel: packing and unpacking included. */
export async function benchMatmul(shapes: typeof PRODUCTS, engine = new Engine(), label = ""): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { m, n, k } of shapes) {
    const plan = new PlanBuilder();
    plan.add("a", "working", [m, k]);
    plan.add("b", "working", [k, n]);
    plan.add("c", "working", [m, n]);
    plan.add("scratch", "working", [engine.core.matmulScratch(m, n, k) / 4]);
    const arena = engine.reserve(plan.done(), DEFAULT_MEMORY_LIMIT, "");
    const stream = random(1, `bench/matmul/${m}/${n}/${k}`);
    for (const name of ["a", "b"])
      arena.f32(name).forEach((_, i, all) => {
        all[i] = stream.uniform() - 0.5;
      });
    const [c, a, b, scratch] = ["c", "a", "b", "scratch"].map((name) => arena.address(name));
    const run = () => arena.core.matmulNN(c, a, b, m, n, k, scratch);
    run();
    const error = relativeError(arena.f32("c"), reference(arena.f32("a"), arena.f32("b"), m, n, k));
    if (!(error < 1e-5)) throw new Error(`matmul ${m} × ${n} × ${k} is wrong: relative error ${error}`);
    const milliseconds = await shortest(run);
    const bytes = 4 * (m * k + k * n + m * n);
    rows.push({
      group: `matmul${label}`,
      shape: productName({ m, n, k }),
      work: { flop: 2 * m * n * k, bytes, set: bytes },
      milliseconds,
      error,
    });
    arena.dispose();
  }
  return rows;
}

/** In float64, row by row. */
function reference(a: Float32Array, b: Float32Array, m: number, n: number, k: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      for (let j = 0; j < n; j++) c[i * n + j] += factor * b[p * n + j];
    }
  }
  return c;
}
