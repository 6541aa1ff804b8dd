import { type Geometry, masksInputs, type PlannedLayer } from "./geometry.ts";

/**
 * Squared norms at every step of every layer and sample: fields of `Stream` in assembly/records/pass.ts, whose comments
 * define them. A new one is a row here, its condition in `measured`, and the code that stores it.
 */
export const MEASURED = [
  "total",
  "cell",
  "gate",
  "normed",
  "carried",
  "direct",
  "skipped",
  "injected",
  "carriedWhole",
  "aboveWhole",
  "updated",
  "kept",
  "carriedOpen",
  "directOpen",
  "injectedOpen",
] as const;
export type Measured = (typeof MEASURED)[number];

/** Which norms a stream of this pass has: those of any layer. */
export function measured({ layers, options }: Geometry): Measured[] {
  const all = new Set(layers.flatMap((layer) => measuredOf(layer, options)));
  return MEASURED.filter((part) => all.has(part));
}

/** Which norms it has of one layer. */
export function measuredOf({ cell, spec }: PlannedLayer, options: Geometry["options"]): Measured[] {
  const parts: Measured[] = ["total"];
  if (cell.direct === "cell") parts.push("cell");
  if (!options.ledger) return parts;
  if (cell.gated) parts.push("gate");
  if (cell.gated && spec.norm === "layer") parts.push("normed");
  if (cell.direct !== "none") parts.push("direct");
  if (spec.timeSkip !== undefined) parts.push("skipped");
  parts.push("carried", "injected");
  if (spec.recurrentDropout !== undefined) parts.push("carriedWhole");
  if (masksInputs({ spec }) && spec.layers > 1) parts.push("aboveWhole");
  if (spec.zoneout !== undefined) {
    parts.push("kept");
    if (cell.direct === "cell") parts.push("carriedOpen", "directOpen", "injectedOpen");
    else parts.push("updated");
  }
  return parts;
}
