import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";

/** The limits of this machine, measured in the same run as the results that are compared with them. */
export interface Limits {
  /** GFLOP/s of the fastest of all register-only loops. */
  readonly rate: number;
  /** Its name in bench/assembly. */
  readonly loop: string;
  /** GHz, from additions of which each needs the result of the one before. */
  readonly clock: number;
  /** GFLOP/s of the clock itself: two multiplications and two additions of all lanes a cycle. */
  readonly clockRate: number;
  /** GB/s of reads from data that fit a first-, second- and third-level cache, and none. */
  readonly bandwidth: Readonly<Record<Level, number>>;
  /** Nanoseconds of a call from JavaScript into WASM and back. */
  readonly call: number;
}

type Level = keyof typeof READS;

/** What a shape has to do at least. */
export interface Work {
  readonly flop: number;
  /** Bytes to be read and written. */
  readonly bytes: number;
  /** Bytes of its working set, which decide on the cache. */
  readonly set: number;
}

/**
 * The shares of two rooflines (Williams, Waterman and Patterson 2009) that work done in `milliseconds` reaches: that of the register-only loop
 * and that of the clock. A roofline is the rate of the flop or the bandwidth of the cache of the working set, whichever takes longer; it has
 * no term for overhead.
 */
export function sharesOf(limits: Limits, { flop, bytes, set }: Work, milliseconds: number) {
  const level = (Object.keys(HOLDS) as Level[]).find((name) => set <= HOLDS[name]) as Level;
  const share = (rate: number) => Math.max(flop / rate, bytes / limits.bandwidth[level]) / 1e6 / milliseconds;
  return { share: share(limits.rate), clockShare: share(limits.clockRate) };
}

/** The higher of two measurements of one machine: one before the results, one after. */
export function higher(a: Limits, b: Limits): Limits {
  const best = b.rate > a.rate ? b : a;
  const bandwidth = Object.fromEntries(
    (Object.keys(READS) as Level[]).map((level) => [level, Math.max(a.bandwidth[level], b.bandwidth[level])]),
  ) as Record<Level, number>;
  return {
    ...best,
    clock: Math.max(a.clock, b.clock),
    clockRate: Math.max(a.clockRate, b.clockRate),
    bandwidth,
    call: Math.min(a.call, b.call),
  };
}

/** Flop an iteration of the loops in bench/assembly/limit.ts. */
const LOOPS = {
  growing6: 48,
  growing6twice: 96,
  growing7: 56,
  growing7twice: 112,
  exchange8: 64,
  exchange10: 80,
  chain8: 64,
  chain12: 96,
} as const;
/** With one instruction for both. */
const FUSED = { fused8: 64, fused12: 96 } as const;
/** In pairs of vectors. */
const WIDE = { wide5: 80, wide6: 96 } as const;
/** Bytes read: half of a first-level cache of 32 kB, a quarter of a second-level one of 1 MB, and so on. */
const READS = { first: 16 * 1024, second: 256 * 1024, third: 6 * 1024 * 1024, memory: 128 * 1024 * 1024 } as const;
/** Bytes that a cache holds. */
const HOLDS = {
  first: 32 * 1024,
  second: 1024 * 1024,
  third: 16 * 1024 * 1024,
  memory: Number.POSITIVE_INFINITY,
} as const;

type Exports = Readonly<Record<string, (...operands: number[]) => number>> & { readonly memory: WebAssembly.Memory };

/** Measures this machine: the best of many short runs of everything. */
export async function measureLimits(): Promise<Limits> {
  const core = await compile("limit", ["--enable", "simd"]);
  const clock = await best(60, () => 8 * rateOf(100_000, (n) => core.additions(n, 3)));
  const { rate, loop } = await fastest(core, LOOPS, (run, n) => run(n, 1e-6));
  const base = 65536;
  const missing = base + READS.memory - core.memory.buffer.byteLength;
  if (missing > 0) core.memory.grow(missing / 65536);
  // a page that nobody wrote to is the same page of zeros everywhere, and in every cache
  new Uint8Array(core.memory.buffer, base, READS.memory).fill(1);
  const bandwidth = (bytes: number) => {
    const turns = Math.max(1, Math.round(4e6 / bytes));
    return best(bytes > 1e7 ? 8 : 60, () => rateOf(bytes * turns, () => core.read(base, bytes, turns)));
  };
  return {
    rate,
    loop,
    clock,
    clockRate: 16 * clock,
    bandwidth: {
      first: await bandwidth(READS.first),
      second: await bandwidth(READS.second),
      third: await bandwidth(READS.third),
      memory: await bandwidth(READS.memory),
    },
    call: 1 / (await best(40, () => rateOf(100_000, (n) => callOften(core.nothing, n)))),
  };
}

/** GFLOP/s of the fastest register-only loop of fused multiply-adds; needs relaxed SIMD. */
export async function fusedRate(): Promise<{ rate: number; loop: string }> {
  const core = await compile("fused", ["--enable", "simd", "--enable", "relaxed-simd"]);
  return fastest(core, FUSED, (run, n) => run(n, 1e-6));
}

/** GFLOP/s of the fastest register-only loop of 256 bits; needs V8's revectorizer, switched on. */
export async function wideRate(): Promise<{ rate: number; loop: string }> {
  const core = await compile("wide-limit", ["--enable", "simd", "--initialMemory", "2"]);
  const at = 65536;
  return fastest(core, WIDE, (run, n) => {
    new Float32Array(core.memory.buffer, at, 128).fill(0.9999999);
    run(n, at);
  });
}

function callOften(nothing: () => number, n: number): void {
  for (let i = 0; i < n; i++) nothing();
}

async function fastest(
  core: Exports,
  loops: Readonly<Record<string, number>>,
  call: (loop: (...operands: number[]) => number, n: number) => unknown,
): Promise<{ rate: number; loop: string }> {
  let found = { rate: 0, loop: "" };
  for (const [loop, flop] of Object.entries(loops)) {
    const rate = await best(60, () => flop * rateOf(100_000, (n) => call(core[loop], n)));
    if (rate > found.rate) found = { rate, loop };
  }
  return found;
}

/** Operations of `run(count)` in a nanosecond. */
function rateOf(count: number, run: (count: number) => unknown): number {
  const start = performance.now();
  run(count);
  return count / (performance.now() - start) / 1e6;
}

/**
 * The highest rate of many runs, without those of the first 100 ms, which are interpreted or partly compiled. The pause behind them leaves the
 * processor to V8's compiler.
 */
async function best(runs: number, rate: () => number): Promise<number> {
  for (const end = performance.now() + 100; performance.now() < end; ) rate();
  await new Promise((resolve) => setTimeout(resolve, 30));
  return Math.max(...Array.from({ length: runs }, rate));
}

const compiled = new Map<string, Promise<Exports>>();

function compile(name: string, features: readonly string[]): Promise<Exports> {
  const exports = compiled.get(name) ?? build(name, features);
  compiled.set(name, exports);
  return exports;
}

async function build(name: string, features: readonly string[]): Promise<Exports> {
  // npm runs benches in the root, also those that are joined to one file
  const here = resolve("bench/assembly") + sep; // a base of its own: not the core's asconfig.json
  const out = resolve(`build/${name}.wasm`);
  const stands = existsSync(out) && statSync(out).mtimeMs > statSync(`${here}${name}.ts`).mtimeMs;
  if (!stands) {
    const { default: asc } = await import("assemblyscript/asc"); // tsx takes 20 s to load the compiler
    const { error, stderr } = await asc.main(
      [
        `${name}.ts`,
        ...["--baseDir", here, "--outFile", `../../build/${name}.wasm`, "--runtime", "stub", "-O3", "--noAssert"],
        ...features,
      ],
      {},
    );
    if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  }
  return (await WebAssembly.instantiate(readFileSync(out), {})).instance.exports as unknown as Exports;
}
