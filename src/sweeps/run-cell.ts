import { finish } from "../base/time-slicing.ts";
import { diagnose } from "../diagnosis/index.ts";
import type { GradientFlow } from "../flow/index.ts";
import { jacobians } from "../measure/jacobians.ts";
import { prepare } from "../measure/propagate.ts";
import { unmaskedOf, withUnmasked } from "../measure/unmasked.ts";
import { createNetwork, type Network } from "../network/create.ts";
import { inGroup, isOfReadout } from "../spec/parameter-groups.ts";
import { prepareTask, type TaskInput, taskOutline } from "../tasks/index.ts";
import { trainNetwork } from "../training/short-training.ts";
import { checkCoordinates } from "./coordinates.ts";
import type { CellPlan, CellResult } from "./types.ts";

/** Parameters by name, row-major. */
export type Weights = Readonly<Record<string, ArrayLike<number>>>;

/**
 * Measures one cell, with pauses during its training.
 *
 * @param task the task of the cell with its files
 * @param weights its initial parameters; default drawn from its seed
 */
export function* measureCell(
  cell: CellPlan,
  task: TaskInput = cell.task,
  weights?: Weights,
): Generator<void, CellResult> {
  const { network: spec, plan } = cell;
  const { flow, lyapunov } = measureStart(cell, task, weights);
  yield;
  const { outcome, loss, probe } = flow;
  const diagnosis = diagnose(flow);
  const [first, last] = pathMatrices(flow);
  const fresh = () => freshNetwork(cell, task, weights);
  const { coordinates, trained } =
    cell.coordinates && spec.kind === "feedforward"
      ? yield* checkCoordinates(fresh(), cell, task)
      : { trained: plan === undefined ? null : yield* trainedNetwork(fresh(), cell, task) };
  return {
    start: { outcome, loss, decay: probe?.decay ?? null, verdict: diagnosis.verdict },
    cause: diagnosis.causes[0]?.factor ?? null,
    trained,
    ...(lyapunov === undefined ? {} : { lyapunov }),
    ...(coordinates === undefined ? {} : { coordinates }),
    ...(cell.profile === undefined ? {} : { profile: thinned(flow, cell.profile) }),
    lnFirstWeightGradient: first?.lnGradientNorm ?? Number.NaN,
    lnLastWeightGradient: last?.lnGradientNorm ?? Number.NaN,
  };
}

/** `measureCell` without pauses, for a worker that does nothing else. */
export const measureCellAtOnce = (cell: CellPlan, task?: TaskInput, weights?: Weights): CellResult =>
  finish(measureCell(cell, task, weights));

/** The whole flow of one cell's pass. */
export const flowOfCell = (cell: CellPlan, task: TaskInput = cell.task, weights?: Weights): GradientFlow =>
  measureStart({ ...cell, lyapunov: false }, task, weights).flow;

/** The measurements of the pass at the start, and the largest Lyapunov exponent if it is requested. */
function measureStart(
  { network: spec, batch: B, seed, lyapunov: wantsLyapunov }: CellPlan,
  task: TaskInput,
  weights: Weights | undefined,
): { readonly flow: GradientFlow; readonly lyapunov?: number } {
  const { network, batch } = prepare({ network: spec, task, batch: B, seed });
  try {
    setWeights(network, weights);
    const unmasked = unmaskedOf(network, batch);
    const flow = withUnmasked(network.propagate(batch), unmasked);
    if (!wantsLyapunov) return { flow };
    const { lyapunov } = jacobians({ network, data: batch, lyapunov: { exponents: 1 } });
    return lyapunov == null ? { flow } : { flow, lyapunov: lyapunov.exponents[0] ?? Number.NEGATIVE_INFINITY };
  } finally {
    network.dispose();
  }
}

/** The cell's network before its training. */
function freshNetwork({ network: spec, seed }: CellPlan, task: TaskInput, weights: Weights | undefined): Network {
  const { inputSize, outputSize } = taskOutline(task, spec.kind);
  const network = createNetwork(spec, { seed, inputs: inputSize, outputs: outputSize ?? null });
  setWeights(network, weights);
  return network;
}

function* trainedNetwork(network: Network, { plan, seed }: CellPlan, task: TaskInput) {
  try {
    return plan === undefined ? null : yield* trainNetwork(network, prepareTask(task, network.spec.kind), plan, seed);
  } finally {
    network.dispose();
  }
}

function setWeights({ parameters }: Network, weights: Weights = {}): void {
  for (const [name, values] of Object.entries(weights)) parameters.set(name, values);
}

/** The first and the last matrix on the gradient's path. */
function pathMatrices({ parameters, spec }: GradientFlow) {
  const ofReadout = inGroup(spec, isOfReadout);
  const matrices = parameters.filter(({ name, shape }) => shape.length === 2 && !ofReadout(name));
  return [matrices.at(0), matrices.at(-1)] as const;
}

/** `count` stations of the path's profile, evenly spread, with the first and the last. */
function thinned({ probe, lnGradientNorm }: GradientFlow, count: number): number[] {
  const profile = probe?.lnGradientNorm ?? lnGradientNorm;
  if (profile.length <= count) return [...profile];
  const at = (i: number) => profile[Math.round((i * (profile.length - 1)) / Math.max(1, count - 1))];
  return Array.from({ length: count }, (_, i) => at(i));
}
