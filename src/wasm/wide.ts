/*
 * The wide build: the same operations on the same numbers as the SIMD build, in registers of 256 bits. V8's
 * revectorizer, which Node 24 and later have on x64, joins two neighboring vectors of a panel into one. A flag switches
 * it on.
 */
import { EvanesceError } from "../base/errors.ts";
import type { Binary } from "./core-bytes.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine } from "./engine.ts";
import { PlanBuilder } from "./plan.ts";

/** The first Node whose V8 has the flag. */
const FIRST_NODE = 24;
const FLAG = "--experimental-wasm-revectorize";
/** Rows, columns and depth of the product that is timed. Odd, so that every tile has its remainder. */
const SIZES = [125, 93, 131] as const;
/**
 * Milliseconds that a core may take to reach its full speed: V8 optimizes a function only after it has run for a while.
 */
const PATIENCE = 400;
/** A core has reached its full speed if its best time has not improved for this many milliseconds. */
const SETTLED = 60;

interface V8Host {
  readonly process?: {
    readonly versions?: { readonly node?: string };
    getBuiltinModule?: (id: string) => unknown;
  };
}

/** The function of Node that sets a flag of V8; undefined if the host is not Node, or is too old. */
function flags(): { setFlagsFromString(flag: string): void } | undefined {
  const { process } = globalThis as V8Host;
  const major = Number.parseInt(process?.versions?.node ?? "", 10);
  if (!(major >= FIRST_NODE)) return undefined;
  return process?.getBuiltinModule?.("node:v8") as ReturnType<typeof flags>;
}

interface Measured {
  /** The shortest time of one product in ms. */
  readonly milliseconds: number;
  /** The product's bits. */
  readonly bits: Int32Array;
}

/** The product of fixed matrices, again and again until its time falls no more. */
async function measure(engine: Engine): Promise<Measured> {
  const [m, n, k] = SIZES;
  const plan = new PlanBuilder();
  plan.add("a", "working", [m, k]);
  plan.add("b", "working", [k, n]);
  plan.add("c", "working", [m, n]);
  plan.add("scratch", "working", [engine.core.matmulScratch(m, n, k) / 4]);
  const arena = engine.reserve(plan.done(), DEFAULT_MEMORY_LIMIT, "");
  for (const name of ["a", "b"]) {
    arena.f32(name).forEach((_, i, all) => {
      all[i] = Math.sin(i * i);
    });
  }
  const [c, a, b, scratch] = ["c", "a", "b", "scratch"].map((name) => arena.address(name));
  let least = Number.POSITIVE_INFINITY;
  const start = performance.now();
  for (let better = start; performance.now() - start < PATIENCE && performance.now() - better < SETTLED; ) {
    for (let i = 0; i < 20; i++) {
      const before = performance.now();
      arena.core.matmulNN(c, a, b, m, n, k, scratch);
      const took = performance.now() - before;
      if (took < 0.98 * least) better = performance.now();
      least = Math.min(least, took);
    }
    // lets V8's compiler work, which runs at the same time
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { milliseconds: least, bits: new Int32Array(arena.f32("c").slice().buffer) };
}

/** The speed of the wide core relative to the SIMD core on this host; measured once in a process. */
let probed: Promise<{ readonly ratio: number; readonly same: boolean }> | undefined;

/**
 * Switches V8's revectorizer on, for this process from now on, and makes sure that the wide core gains by it.
 *
 * @param engine makes an engine of a core that nobody else uses
 * @throws EvanesceError where the host has no such switch, or the wide core is not faster than `simd`, or differs
 */
export async function requireWide(simd: Binary, wide: Binary, engine: (binary: Binary) => Engine): Promise<void> {
  const v8 = flags();
  if (v8 === undefined) {
    const remedy = 'use build "simd", or run Node 24 or later';
    throw new EvanesceError("build", "a host whose V8 joins vectors: Node 24 or later", "wide", remedy);
  }
  probed ??= (async () => {
    const narrow = engine(simd);
    const before = await measure(narrow); // V8 compiles it before the flag is set: in 128 bits
    narrow.dispose();
    v8.setFlagsFromString(FLAG);
    const joined = engine(wide);
    const after = await measure(joined);
    joined.dispose();
    return {
      ratio: before.milliseconds / after.milliseconds,
      same: before.bits.every((value, i) => value === after.bits[i]),
    };
  })();
  const { ratio, same } = await probed;
  const remedy = 'use build "simd"';
  if (!same) throw new EvanesceError("build", "the bits of the simd build", "others of the wide one", remedy);
  if (ratio < 1) {
    const got = `${ratio.toFixed(2)} times the speed of simd`;
    throw new EvanesceError("build", "a processor on which wide is faster than simd", got, remedy);
  }
}
