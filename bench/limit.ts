import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

type Loop = (iterations: number, seed: number) => number;

/** Flop of one iteration of each loop of `assembly/limit.ts`. */
const LOOPS = { exchange8: 64, exchange10: 80, chain8: 64, chain12: 96 } as const;

/**
 * The register-only multiply-add rate of one core in GFLOP/s: the best of all loops, the best of many short runs each.
 */
export async function registerOnlyRate(): Promise<{ rate: number; loop: string }> {
  const here = fileURLToPath(new URL("./assembly/", import.meta.url)); // a base of its own: not the core's asconfig.json
  const out = "../../build/limit.wasm";
  const { error, stderr } = await asc.main(
    ["limit.ts", "--baseDir", here, "--outFile", out, "--runtime", "stub", "-O3", "--noAssert", "--enable", "simd"],
    {},
  );
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  const { instance } = await WebAssembly.instantiate(
    readFileSync(new URL(out, new URL("./assembly/", import.meta.url))),
    {},
  );
  let best = { rate: 0, loop: "" };
  const iterations = 100_000;
  for (const [loop, flop] of Object.entries(LOOPS)) {
    const run = instance.exports[loop] as Loop;
    for (let i = 0; i < 60; i++) {
      const start = performance.now();
      run(iterations, 1e-6);
      const rate = (flop * iterations) / (performance.now() - start) / 1e6;
      if (i >= 10 && rate > best.rate) best = { rate, loop }; // the first runs are interpreted or half compiled
    }
  }
  return best;
}
