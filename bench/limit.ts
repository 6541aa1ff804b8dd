import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

/** The limits of this machine, measured in the same run as the results that are compared with them. */
export interface Limits {
  /** GFLOP/s of the fastest register-only multiply-add loop. */
  readonly rate: number;
  /** Its name in bench/assembly/limit.ts. */
  readonly loop: string;
  /** GHz, from additions of which each needs the result of the one before. */
  readonly clock: number;
  /** GFLOP/s of the clock itself: two multiplications and two additions of four lanes a cycle. */
  readonly clockRate: number;
  /** GB/s of reads from data that fit the first-level cache, the second-level cache, and neither. */
  readonly bandwidth: { readonly first: number; readonly second: number; readonly memory: number };
  /** Nanoseconds of a call from JavaScript into WASM and back. */
  readonly call: number;
}

/**
 * The shortest time of work in milliseconds, whichever binds it (Williams, Waterman and Patterson 2009): the rate of its flop, or the bandwidth of
 * the cache its working set of `set` bytes fits in.
 */
export function roofline(
  { rate, bandwidth }: Pick<Limits, "rate" | "bandwidth">,
  flop: number,
  bytes: number,
  set: number,
): number {
  const level = set <= 32 * 1024 ? bandwidth.first : set <= 1024 * 1024 ? bandwidth.second : bandwidth.memory;
  return Math.max(flop / rate, bytes / level) / 1e6;
}

/** Flop an iteration of the loops in bench/assembly/limit.ts. */
const LOOPS = { exchange8: 64, exchange10: 80, chain8: 64, chain12: 96 } as const;
/** With one instruction for both. */
const FUSED = { fused8: 64, fused12: 96 } as const;
/** Bytes read: half of a first-level cache of 32 kB, a quarter of a second-level one of 1 MB, more than any third. */
const READS = { first: 16 * 1024, second: 256 * 1024, memory: 128 * 1024 * 1024 } as const;

type Exports = Readonly<Record<string, (...operands: number[]) => number>> & { readonly memory: WebAssembly.Memory };

/** Measures this machine: the best of many short runs of everything. */
export async function measureLimits(): Promise<Limits> {
  const core = await compile("limit", ["--enable", "simd"]);
  const clock = best(60, () => 8 * rateOf(100_000, (n) => core.additions(n, 3)));
  const { rate, loop } = fastest(core, LOOPS);
  core.memory.grow(READS.memory / 65536 + 2);
  const base = 65536;
  const bandwidth = (bytes: number) => {
    const turns = Math.max(1, Math.round(4e6 / bytes));
    return best(bytes > 1e7 ? 8 : 60, () => rateOf(bytes * turns, () => core.read(base, bytes, turns)));
  };
  return {
    rate,
    loop,
    clock,
    clockRate: 16 * clock,
    bandwidth: { first: bandwidth(READS.first), second: bandwidth(READS.second), memory: bandwidth(READS.memory) },
    call: 1 / best(40, () => rateOf(100_000, (n) => callOften(core.nothing, n))),
  };
}

/** GFLOP/s of the fastest register-only loop of fused multiply-adds; needs relaxed SIMD. */
export async function fusedRate(): Promise<{ rate: number; loop: string }> {
  return fastest(await compile("fused", ["--enable", "simd", "--enable", "relaxed-simd"]), FUSED);
}

function callOften(nothing: () => number, n: number): void {
  for (let i = 0; i < n; i++) nothing();
}

function fastest(core: Exports, loops: Readonly<Record<string, number>>): { rate: number; loop: string } {
  return Object.entries(loops)
    .map(([loop, flop]) => ({ loop, rate: best(60, () => flop * rateOf(100_000, (n) => core[loop](n, 1e-6))) }))
    .reduce((a, b) => (b.rate > a.rate ? b : a));
}

/** Operations of `run(count)` in a nanosecond. */
function rateOf(count: number, run: (count: number) => unknown): number {
  const start = performance.now();
  run(count);
  return count / (performance.now() - start) / 1e6;
}

/** The highest rate of many runs, without those of the first 100 ms, which are interpreted or partly compiled. */
function best(runs: number, rate: () => number): number {
  for (const end = performance.now() + 100; performance.now() < end; ) rate();
  return Math.max(...Array.from({ length: runs }, rate));
}

async function compile(name: string, features: readonly string[]): Promise<Exports> {
  const here = fileURLToPath(new URL("./assembly/", import.meta.url)); // a base of its own: not the core's asconfig.json
  const out = `../../build/${name}.wasm`;
  const { error, stderr } = await asc.main(
    [`${name}.ts`, "--baseDir", here, "--outFile", out, "--runtime", "stub", "-O3", "--noAssert", ...features],
    {},
  );
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  const bytes = readFileSync(new URL(out, new URL("./assembly/", import.meta.url)));
  return (await WebAssembly.instantiate(bytes, {})).instance.exports as unknown as Exports;
}
