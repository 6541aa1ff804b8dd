/**
 * A host that cannot run the core: the message names the limit and its remedy, and does not call it a defect of this
 * library.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEngine } from "../../src/index.ts";
import { EvanesceError } from "../../src/base/errors.ts";

afterEach(() => vi.unstubAllGlobals());

const failing = (error: Error) => ({
  ...WebAssembly,
  CompileError: WebAssembly.CompileError,
  validate: () => false,
  compile: async () => {
    throw error;
  },
});

describe("a host", () => {
  it.each([
    ["without WebAssembly", undefined, "without --jitless"],
    [
      "whose policy forbids it",
      failing(new WebAssembly.CompileError("Refused to compile: 'wasm-unsafe-eval' is not an allowed source")),
      "add 'wasm-unsafe-eval' to the policy's script-src",
    ],
    ["without address space", failing(new RangeError("Out of memory: Cannot allocate Wasm memory")), "ulimit -v"],
    ["without SIMD", failing(new WebAssembly.CompileError("invalid value type 'v128'")), "Node 20 or later"],
  ])("%s is told the remedy", async (_, stub, remedy) => {
    vi.stubGlobal("WebAssembly", stub);
    const error = await createEngine().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(EvanesceError);
    expect((error as Error).message).toContain(remedy);
  });
});
