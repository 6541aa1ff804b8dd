import { MISSING, type Run } from "../../records/index.ts";
import type { LayerMemory, Memory, ParameterMemory } from "../memory.ts";

/**
 * Converts a run's last updates to the memory of a monitor, which the judge reads. Layers without a gradient, and
 * layers whose gradient comes from several places, are not stations of the path and are left out.
 */
export function memoryOf(run: Run): Memory {
  const tensors = run.header?.tensors ?? [];
  const path = pathLayers(run);
  const ends = path.length === 0 ? undefined : run.windowOf(path[path.length - 1]).lnNorm;
  const layers = new Map<string, LayerMemory>();
  const parameters = new Map<string, ParameterMemory>();
  const size = run.window;
  for (const l of path) {
    const { name, members } = run.layers[l];
    const { lnNorm, lnRatio } = run.windowOf(l);
    // if the last layer is exactly zero, no gain is defined
    const gains = lnNorm.map((ln, w) =>
      ends?.[w] === Number.NEGATIVE_INFINITY ? Number.NaN : ln - (ends as Float64Array)[w],
    );
    layers.set(name, {
      name,
      lnNorms: { size, values: [...lnNorm] },
      gains: { size, values: [...gains] },
      updates: { size, values: [...lnRatio].filter((value) => !Number.isNaN(value)) },
    });
    for (const i of members) {
      if (run.last.norm[i] === MISSING) continue;
      const ln = (value: number) => (value === MISSING ? null : Math.log(value));
      const count = run.sizeOf(i);
      const { norm, meanAbs, weightNorm, updateNorm } = run.last;
      const [lnWeightNorm, lnUpdate] = [ln(weightNorm[i]), ln(updateNorm[i])];
      parameters.set(tensors[i].name, {
        name: tensors[i].name,
        layer: name,
        count,
        lnGradientNorm: Math.log(norm[i]),
        // if the record lacks this statistic, the largest value that the norm allows: all entries are equal
        lnMeanAbs: ln(meanAbs[i]) ?? Math.log(norm[i]) - 0.5 * Math.log(count),
        zeroShare: run.last.zeros[i] === MISSING ? (norm[i] === 0 ? 1 : 0) : run.last.zeros[i],
        lnWeightNorm,
        lnUpdateRatio:
          lnWeightNorm === null || lnUpdate === null || lnWeightNorm === Number.NEGATIVE_INFINITY
            ? null
            : lnUpdate - lnWeightNorm,
        weight: null,
      });
    }
  }
  const most = Math.max(run.window, 20);
  return {
    options: { baseline: run.baseline ?? undefined },
    window: run.window,
    steps: run.measured,
    firstStep: run.firstUpdate,
    lastStep: run.lastUpdate,
    parameters,
    layers,
    activations: new Map(),
    losses: { size: most, values: run.losses.slice(-most) },
    firstLoss: run.firstLoss,
    leastLoss: run.leastLoss,
    nonfinite: run.nonfinite,
  };
}

/**
 * Indexes of the layers by which the path is judged, nearest the input first: all stations of a chain. If the record
 * says that there are branches: the branch, from an input to the loss, whose far end has the worst gain.
 */
export function pathLayers(run: Run): readonly number[] {
  const [worst] = branchesOf(run);
  return worst?.layers ?? stationLayers(run);
}

/** One path from an input to the loss. */
export interface Branch {
  /** Indexes of its layers, nearest the input first. */
  readonly layers: readonly number[];
  /** ln ‖g‖ of its first layer − that of its last one. */
  readonly gain: number;
}

/** The branches of a run, the worst first; empty for a chain. */
export function branchesOf(run: Run): Branch[] {
  const after = run.header?.after;
  if (after === undefined) return [];
  const all = stationLayers(run);
  const medians = run.medians();
  const name = (l: number) => run.layers[l].name;
  const reads = (l: number) => (Object.hasOwn(after, name(l)) ? after[name(l)] : []);
  return all
    .filter((l) => !reads(l).some((one) => all.some((other) => name(other) === one)))
    .map((root) => {
      const behind = new Set([name(root)]);
      const layers = all.filter((l) => {
        const reached = l === root || reads(l).some((one) => behind.has(one));
        if (reached) behind.add(name(l));
        return reached;
      });
      return { layers, gain: medians[root].lnNorm - medians[layers[layers.length - 1]].lnNorm };
    })
    .sort((a, b) => Math.abs(b.gain) - Math.abs(a.gain));
}

/** Indexes of the layers whose gradient comes from one place, nearest the input first. */
export function stationLayers(run: Run): number[] {
  const tensors = run.header?.tensors ?? [];
  const has = (l: number) => run.layers[l].members.some((i) => run.last.norm[i] !== MISSING);
  const tied = (l: number) => run.layers[l].members.some((i) => (tensors[i].tied?.length ?? 0) > 0);
  const all = Array.from(run.layers.keys()).filter(has);
  const own = all.filter((l) => !tied(l));
  return own.length > 0 ? own : all;
}
