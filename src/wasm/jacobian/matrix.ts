import { pad4 } from "../panels.ts";
import type { Engine } from "../engine.ts";
import { PlanBuilder } from "../plan.ts";

/** Numbers of a square matrix that bound the growth of its powers. */
export interface MatrixSpectrum {
  /** Real and imaginary parts, in no order; undefined if an entry is not finite or the iteration did not converge. */
  readonly eigenvalues: { readonly re: Float64Array; readonly im: Float64Array } | undefined;
  /** σ_max. */
  readonly norm: number;
  /** λ_max((W + Wᵀ)/2). */
  readonly abscissa: number;
  /** ‖W‖_F². */
  readonly square: number;
}

/** @param W `[n, n]` row-major */
export function matrixSpectrum(engine: Engine, W: Float32Array, n: number, limit: number): MatrixSpectrum {
  const lead = pad4(n);
  const plan = new PlanBuilder();
  plan.add("numbers", "working", [4], "f64");
  plan.add("w", "working", [n, n]);
  for (const name of ["re", "im"]) plan.add(name, "working", [lead], "f64");
  for (const name of ["a", "b", "panels"]) plan.add(name, "working", [lead, lead], "f64");
  plan.add("scratch", "working", [4, lead], "f64");
  const arena = engine.reserve(plan.done(), limit, "raise the memory limit, or lower hidden");
  try {
    arena.f32("w").set(W);
    const at = (name: string) => arena.address(name);
    arena.core.matrixSpectrum(
      at("numbers"),
      at("re"),
      at("im"),
      at("w"),
      n,
      lead,
      at("a"),
      at("b"),
      at("panels"),
      at("scratch"),
    );
    const [norm, abscissa, square, converged] = arena.f64("numbers");
    const eigenvalues =
      converged === 1 ? { re: arena.f64("re").slice(0, n), im: arena.f64("im").slice(0, n) } : undefined;
    return { eigenvalues, norm, abscissa, square };
  } finally {
    arena.dispose();
  }
}
