import type { NetworkSpec } from "../spec/index.ts";
import { inGroup, isWeight } from "../spec/parameter-groups.ts";

/**
 * For a run whose gradient became zero and stayed zero: the update before it that changed a matrix most, and that
 * matrix.
 */
export interface Death {
  readonly update: number;
  readonly name: string;
  /** ln ‖Δθ‖/‖θ‖, with the ‖θ‖ before the update if it was traced. */
  readonly ln: number;
  readonly rate: number | null;
}

/** How the first weights lost their gradient; null if they still have one, or never had one. */
export function deathOf(spec: NetworkSpec, columns: Readonly<Record<string, readonly number[]>>): Death | null {
  const names = Object.keys(columns).flatMap((key) => (key.startsWith("lnUpdateNorm/") ? [key.slice(13)] : []));
  const weights = names.filter(inGroup(spec, isWeight));
  const gradient = columns[`lnGradientNorm/${weights[0]}`] ?? [];
  const isDead = (ln: number) => ln === Number.NEGATIVE_INFINITY;
  const last = gradient.findLastIndex((ln) => !isDead(ln)); // its update was the last that moved them by their gradient
  if (last < 0 || last === gradient.length - 1) return null;
  const moved = weights.flatMap((name) =>
    columns[`lnUpdateNorm/${name}`].slice(0, last + 1).map((ln, i) => ({
      ...{ name, update: columns.update[i] },
      ln: ln - columns[`lnNorm/${name}`][Math.max(0, i - 1)],
      rate: columns.learningRate?.[i] ?? null,
    })),
  );
  return moved.reduce<Death | null>((most, one) => (most === null || one.ln > most.ln ? one : most), null);
}
