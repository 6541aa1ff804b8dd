import { finish } from "../base/time-slicing.ts";
import { diagnose } from "../diagnosis/index.ts";
import type { GradientFlow } from "../flow/index.ts";
import { jacobians } from "../measure/jacobians.ts";
import { propagate } from "../measure/propagate.ts";
import type { TaskInput } from "../tasks/index.ts";
import { trainFresh } from "../training/short-training.ts";
import { checkCoordinates } from "./coordinates.ts";
import type { CellPlan, CellResult } from "./types.ts";

/** Measures one cell, with pauses during its training. `task` is the task of the cell with its files. */
export function* measureCell(cell: CellPlan, task: TaskInput = cell.task): Generator<void, CellResult> {
  const { network, batch, seed, plan } = cell;
  const flow = propagate({ network, task, batch, seed });
  yield;
  const { outcome, loss, probe } = flow;
  const diagnosis = diagnose(flow);
  const lyapunov = cell.lyapunov
    ? jacobians({ network, task, batch, seed, lyapunov: { exponents: 1 } }).lyapunov
    : undefined;
  const [first, last] = pathMatrices(flow);
  const { coordinates, trained } =
    cell.coordinates && network.kind === "feedforward"
      ? yield* checkCoordinates(network, cell, task)
      : { trained: plan === undefined ? null : yield* trainFresh(network, task, plan, seed) };
  return {
    start: { outcome, loss, decay: probe?.decay ?? null, verdict: diagnosis.verdict },
    cause: diagnosis.causes[0]?.factor ?? null,
    trained,
    ...(lyapunov == null ? {} : { lyapunov: lyapunov.exponents[0] ?? Number.NEGATIVE_INFINITY }),
    ...(coordinates === undefined ? {} : { coordinates }),
    ...(cell.profile === undefined ? {} : { profile: thinned(flow, cell.profile) }),
    lnFirstWeightGradient: first?.lnGradientNorm ?? Number.NaN,
    lnLastWeightGradient: last?.lnGradientNorm ?? Number.NaN,
  };
}

/** The same without pauses, for a worker that does nothing else. */
export const measureCellAtOnce = (cell: CellPlan, task?: TaskInput): CellResult => finish(measureCell(cell, task));

/** The first and the last matrix on the gradient's path. */
function pathMatrices({ parameters }: GradientFlow) {
  const matrices = parameters.filter(({ name, shape }) => shape.length === 2 && !name.startsWith("readout"));
  return [matrices.at(0), matrices.at(-1)] as const;
}

/** `count` stations of the path's profile, evenly spread, with the first and the last. */
function thinned({ probe, lnGradientNorm }: GradientFlow, count: number): number[] {
  const profile = probe?.lnGradientNorm ?? lnGradientNorm;
  if (profile.length <= count) return [...profile];
  const at = (i: number) => profile[Math.round((i * (profile.length - 1)) / Math.max(1, count - 1))];
  return Array.from({ length: count }, (_, i) => at(i));
}
