import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { type NetworkSpec, parseSpec } from "../../spec/index.ts";
import { patchedInEveryLayer, uniformSpecs } from "../../spec/uniform.ts";
import { changesBetween, patchOf } from "../changes.ts";
import { whyNotWithFixedWeights } from "../fixed-weights.ts";
import { ACTIVATION_REMEDIES } from "./activations.ts";
import { DEEP_INITIALISATIONS, RECURRENT_INITIALISATIONS } from "./initializations.ts";
import { DEEP_PATHS, RECURRENT_NORMS } from "./paths.ts";
import type { MeasuredNetwork, Remedy } from "./remedy.ts";
import { GATING_REMEDIES, LENGTH_REMEDIES } from "./time.ts";

export type { Family, MeasuredNetwork, Remedy } from "./remedy.ts";

/** Every remedy for both kinds of networks. */
export const REMEDIES = [
  ...ACTIVATION_REMEDIES,
  ...DEEP_INITIALISATIONS,
  ...DEEP_PATHS,
  ...RECURRENT_INITIALISATIONS,
  ...RECURRENT_NORMS,
  ...GATING_REMEDIES,
  ...LENGTH_REMEDIES,
] as readonly Remedy[];

/**
 * Refuses names that no remedy for this kind of network has. @throws EvanesceError that names the remedy that was
 * probably meant
 */
export function requireRemedies(names: readonly string[], kind: NetworkSpec["kind"]): void {
  const known = REMEDIES.filter((remedy) => remedy.kind === kind).map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const remedy = `${near === undefined ? "" : `did you mean ${near}? `}choose one of ${known.join(", ")}`;
    throw new EvanesceError("remedies", `names of remedies for a ${kind} network`, name, remedy);
  }
}

/**
 * The spec with a remedy applied; null if the remedy does not fit the network or changes nothing. With fixed weights
 * the initialization is not changed.
 *
 * @param spec the spec of the network, or one that another remedy has changed
 */
export function applied(remedy: Remedy, spec: NetworkSpec, measured: MeasuredNetwork): NetworkSpec | null {
  const changed = fitted(remedy, spec, measured);
  if (changed === null || !measured.hasFixedWeights) return changed;
  if (whyNotWithFixedWeights(remedy, spec, changed) !== null) return null;
  const round = { ...changed, init: spec.init } as NetworkSpec;
  return isChange(remedy, spec, round) ? round : null;
}

/** `applied` as if all weights were drawn. */
export function fitted(remedy: Remedy, spec: NetworkSpec, measured: MeasuredNetwork): NetworkSpec | null {
  if (remedy.kind !== spec.kind) return null;
  const changed = changedBy(remedy, spec, measured);
  if (changed === null) return null;
  let parsed: NetworkSpec;
  try {
    parsed = parseSpec(changed);
  } catch (error) {
    if (error instanceof EvanesceError) return null; // keys exclude each other, so it does not fit
    throw error;
  }
  return isChange(remedy, spec, parsed) ? parsed : null;
}

/**
 * The changed spec. A remedy changes every layer. If layers differ, it changes each as in a network whose layers are
 * all like it.
 */
function changedBy(remedy: Remedy, spec: NetworkSpec, measured: MeasuredNetwork): NetworkSpec | null {
  if (spec.layerwise === undefined) return remedy.change(spec, measured);
  const changes = uniformSpecs(spec).map((uniform) => {
    const changed = remedy.change(uniform, { ...measured, spec: uniform });
    return changed && changesBetween(uniform, changed);
  });
  const fitting = changes.filter((each) => each !== null);
  // the first kind of layer that sets a key decides its value
  return fitting.length === 0 ? null : patchedInEveryLayer(spec, patchOf(fitting.reverse().flat()));
}

/** Whether a remedy changes anything: the spec, the batch, or a factor that a search will find. */
const isChange = ({ batch, solves }: Remedy, spec: NetworkSpec, changed: NetworkSpec): boolean =>
  batch !== undefined || solves === true || changesBetween(spec, changed).length > 0;
