/*
 * Turns the errors of a host that cannot run the core into errors with a remedy.
 */
import { EvanesceError } from "../base/errors.ts";

/**
 * The error to throw after compiling or starting the core failed: the host's limit with its remedy, or the error
 * itself.
 */
export function hostError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (typeof WebAssembly === "undefined") {
    const remedy = "run a current browser or Node without --jitless";
    return new EvanesceError("WebAssembly", "a host that has it", "none", remedy);
  }
  if (
    error instanceof EvalError ||
    /content security policy|unsafe-eval|disallowed by embedder|blocked by csp/i.test(message)
  ) {
    const rule = "a page whose Content-Security-Policy allows it";
    return new EvanesceError("WebAssembly", rule, message, "add 'wasm-unsafe-eval' to the policy's script-src");
  }
  if (error instanceof RangeError || /out of memory|cannot allocate/i.test(message)) {
    const remedy =
      "allow the process more address space, e.g. `ulimit -v unlimited`: each memory reserves some GiB of it";
    return new EvanesceError("memory", "address space for the core", message, remedy);
  }
  if (error instanceof WebAssembly.CompileError) {
    const rule = "a host with SIMD";
    return new EvanesceError("WebAssembly", rule, message, "run a current browser, or Node 20 or later");
  }
  return error;
}

/** Runs `work`, which compiles or starts the core. @throws EvanesceError if the host cannot do this */
export function onHost<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw hostError(error);
  }
}
