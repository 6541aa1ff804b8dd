import { EvanesceError } from "../base/errors.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import type { Binary } from "./core-bytes.ts";
import { type Build, Engine } from "./engine.ts";
import { SIMD_WASM } from "./generated/binary.ts";
import type { Edits } from "./edits.ts";

/** A build by name, or `auto`: `relaxed` if this host can run it, otherwise `simd`. */
export type BuildChoice = Build | "auto";
export const BUILDS: readonly BuildChoice[] = ["simd", "relaxed", "wide", "auto"];

/**
 * A module of one function whose body is three splats and an f32x4.relaxed_madd: it is valid only if the host has
 * relaxed SIMD.
 */
const PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic and version
  ...[1, 5, 1, 96, 0, 1, 123], // types: () → v128
  ...[3, 2, 1, 0], // functions: one, of that type
  ...[10, 19, 1, 17, 0], // code: one body of 17 bytes, no locals
  ...[65, 1, 253, 15, 65, 1, 253, 15, 65, 1, 253, 15], // i8x16.splat (i32.const 1), three times
  ...[253, 133, 2, 11],
);

/**
 * Whether this host runs relaxed SIMD: browsers and Node from V8 11.4 on, Node 20 with
 * --experimental-wasm-relaxed-simd.
 */
export const hasRelaxedSimd = (): boolean => typeof WebAssembly !== "undefined" && WebAssembly.validate(PROBE);

/**
 * Creates an engine of the given build, with memory that other networks do not share. Pass the engine as `engine` to
 * `propagate` or `createNetwork`. All later calls are synchronous.
 *
 * On processors that fuse, `relaxed` multiplies and adds in one rounding. It is faster, but the last bits differ, and
 * they differ between processors.
 *
 * `wide` gives the bits of `simd` in registers of 256 bits: it switches on V8's revectorizer for the rest of the
 * process; Node 24 and later have it on x64. Before that, it compares the bits and the speed of a product.
 *
 * @throws EvanesceError for `relaxed` if the host has no relaxed SIMD, and for `wide` if the host cannot join vectors
 * or is not faster with it
 */
export async function createEngine(options: { readonly build?: BuildChoice } = {}): Promise<Engine> {
  requireObject("createEngine", options, 'give { build: "simd" } or leave it out');
  requireKnown("createEngine", options, ["build"]);
  const { build = "simd" } = options;
  if (!BUILDS.includes(build)) throw new EvanesceError("build", `one of ${BUILDS.join(", ")}`, build, "choose one");
  const engine = await engineOf(build);
  await engine.ready();
  return engine;
}

/** The engine of a build. The changes that make another build of the SIMD core are loaded with it. */
async function engineOf(build: BuildChoice): Promise<Engine> {
  if (build === "simd" || (build === "auto" && !hasRelaxedSimd())) return new Engine();
  if (build === "wide") {
    const wide = binaryOf(build, (await import("./generated/binary-wide.ts")).WIDE_EDITS);
    const { requireWide } = await import("./wide.ts");
    await requireWide(SIMD_WASM, wide, (binary) => new Engine("wide", binary));
    return new Engine("wide", wide);
  }
  const { RELAXED_EDITS } = await import("./generated/binary-relaxed.ts");
  if (build === "auto" && RELAXED_EDITS === undefined) return new Engine();
  const relaxed = binaryOf("relaxed", RELAXED_EDITS);
  if (hasRelaxedSimd()) return new Engine("relaxed", relaxed);
  throw new EvanesceError(
    "build",
    "a host with relaxed SIMD",
    build,
    'use build "simd", or run Node 20 with --experimental-wasm-relaxed-simd',
  );
}

/** @throws EvanesceError if the build was not made */
function binaryOf(build: Build, edits: Edits | undefined): Binary {
  if (edits !== undefined) return { ...SIMD_WASM, edits };
  throw new EvanesceError("build", "a build that was made", build, "run npm run build:all");
}
