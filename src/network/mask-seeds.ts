import { random } from "../base/random.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { MaskSeed } from "../wasm/masks.ts";

/** Whether a network has masks of dropout, and of zoneout. */
const masksOf = (spec: NetworkSpec) => ({
  dropout:
    spec.dropout !== undefined ||
    (spec.kind === "recurrent" &&
      (spec.variationalDropout ?? spec.recurrentDropout ?? spec.stem?.dropout ?? spec.head?.dropout) !== undefined),
  zoneout: spec.kind === "recurrent" && spec.zoneout !== undefined,
});

/** The seed of the masks of a pass, from the number of a draw or of an update; null for no masks. */
export function maskSeedOf(
  spec: NetworkSpec,
  seed: number,
  of: { readonly draw: number } | { readonly update: number } | null,
): MaskSeed {
  const { dropout, zoneout } = masksOf(spec);
  if (of === null || !(dropout || zoneout)) return null;
  const { below } = random(seed, "draw" in of ? `dropout/${of.draw}` : `dropout/update ${of.update}`);
  return [below(2 ** 32) | 0, below(2 ** 32) | 0];
}

/** A sentence that says whether the masks were on; empty for a spec without masks. */
export function maskNotes(spec: NetworkSpec, masks: boolean | number): string[] {
  const { dropout, zoneout } = masksOf(spec);
  if (!zoneout && !dropout) return [];
  const name = dropout ? (zoneout ? "Dropout and zoneout" : "Dropout") : "Zoneout";
  const are = dropout && zoneout ? "are" : "is";
  return [
    masks === false
      ? `${name} ${are} off, as in evaluation.`
      : `${name} ${are} on, as in training: --no-masks measures the network as it is evaluated.`,
  ];
}
