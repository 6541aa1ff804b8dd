/**
 * `npm run bench:many -- --networks 2000`: many small networks, in networks a second: a loop of `propagate`, `propagateMany`, and, where
 * a Python has PyTorch, the same networks by hand in batched products (`bmm.py`). In turns, medians with the least and the most. Profiles
 * are compared first. The last line says how many the products of the passes alone would allow, at the fastest rate in registers: nothing is
 * drawn or measured there. `--build wide` (Node 24) runs that build.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { createEngine, propagate, type PropagateInput, propagateMany } from "../../src/index.ts";
import type { Build } from "../../src/wasm/engine.ts";
import { fusedRate, measureLimits, wideRate } from "../limit.ts";
import { pythonWith } from "../python.ts";

const { values } = parseArgs({
  options: {
    networks: { type: "string" },
    turns: { type: "string" },
    build: { type: "string", default: "simd" },
  },
});
const build = values.build as Build;
const narrow = await measureLimits(); // in 128 bits: the engine of the wide build switches V8 over
const engine = await createEngine({ build });
const networks = Number(values.networks ?? 1000);
const turns = Number(values.turns ?? 5);
const python = pythonWith("torch") ?? "python3";

interface Many {
  readonly key: "mlp" | "rnn";
  readonly title: string;
  readonly input: Omit<PropagateInput, "seed">;
  /** Of the products of a pass: three with each matrix, but two with that of the inputs. */
  readonly flop: number;
}
const CASES: readonly Many[] = [
  {
    key: "mlp",
    title: "MLP 20 × 32, B 32",
    input: { network: { kind: "feedforward", depth: 20, width: 32 }, batch: 32, engine },
    flop: 2 * 32 * (2 * 64 * 32 + 3 * 19 * 32 * 32 + 3 * 32 * 10),
  },
  {
    key: "rnn",
    title: "RNN H 32, T 100, B 8",
    input: { network: { kind: "recurrent", hidden: 32 }, task: { name: "adding", steps: 100 }, batch: 8, engine },
    flop: 2 * 8 * (100 * (2 * 2 * 32 + 3 * 32 * 32) + 3 * 32),
  },
];

interface Torch {
  readonly whole: number;
  readonly passes: number;
  readonly torch: string;
  /** Whether products came from a reference BLAS, which has a fraction of the speed of the usual ones. */
  readonly slowBlas: boolean;
}

/** Networks a second in PyTorch; undefined where it is not installed. */
function torch(key: string): Torch | undefined {
  const { status, stdout } = spawnSync(python, ["bench/many/bmm.py", key, "200", "1"], {
    encoding: "utf8",
    env: { ...process.env, OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined, OPENBLAS_NUM_THREADS: "1" },
  });
  if (status !== 0) return undefined;
  const found = JSON.parse(stdout) as Torch;
  if (found.slowBlas)
    console.error("PyTorch: left out, its BLAS is the reference one; install OpenBLAS (libopenblas0) to compare");
  return found.slowBlas ? undefined : found;
}

/** Networks a second of work on `count` of them. */
function rate(count: number, work: () => void): number {
  const start = performance.now();
  work();
  return (1000 * count) / (performance.now() - start);
}

const spread = (rates: readonly number[]) => {
  const sorted = [...rates].sort((a, b) => a - b);
  const at = (i: number) => sorted[i].toFixed(0).padStart(6);
  return {
    median: sorted[sorted.length >> 1],
    text: `${at(sorted.length >> 1)} networks/s (${at(0)} to ${at(sorted.length - 1)})`,
  };
};

const ownRate = { simd: async () => narrow, relaxed: fusedRate, wide: wideRate };
const { rate: registers } = await ownRate[build]();
console.log(`build ${build}, Node ${process.versions.node}`);
const seeds = Array.from({ length: networks }, (_, seed) => seed);
for (const { key, title, input, flop } of CASES) {
  const few = propagateMany({ ...input, seed: seeds.slice(0, 50) });
  for (const [i, flow] of [...few].entries()) {
    if (flow.lnGradientNorm.some((value, s) => value !== few.lnGradientNorm[i][s]))
      throw new Error(`${title}: network ${i} differs`);
  }
  await new Promise((resolve) => setTimeout(resolve, 300)); // the compiler's threads finish
  const rates: Record<"loop" | "many" | "bmm" | "passes", number[]> = { loop: [], many: [], bmm: [], passes: [] };
  let version = "";
  for (let turn = 0; turn < turns; turn++) {
    rates.loop.push(rate(networks, () => seeds.forEach((seed) => void propagate({ ...input, seed }))));
    rates.many.push(rate(networks, () => void propagateMany({ ...input, seed: seeds })));
    const peer = torch(key);
    if (peer === undefined) continue;
    version = peer.torch;
    rates.bmm.push(peer.whole);
    rates.passes.push(peer.passes);
  }
  const [loop, many] = [spread(rates.loop), spread(rates.many)];
  console.log(
    `${title}\n  propagate in a loop     ${loop.text}\n  propagateMany           ${many.text}, ${(many.median / loop.median).toFixed(2)} × the loop`,
  );
  if (rates.bmm.length === 0) console.log(`  PyTorch with a fast BLAS: not found by ${python}`);
  else {
    const [bmm, passes] = [spread(rates.bmm), spread(rates.passes)];
    console.log(
      `  PyTorch ${version}, bmm    ${bmm.text}: propagateMany is ${(many.median / bmm.median).toFixed(2)} ×`,
    );
    console.log(
      `  … weights not drawn     ${passes.text}: propagateMany, which draws them, is ${(many.median / passes.median).toFixed(2)} ×`,
    );
  }
  console.log(
    `  products alone          ${((registers * 1e9) / flop).toFixed(0).padStart(6)} networks/s at ${registers.toFixed(1)} GFLOP/s`,
  );
}
