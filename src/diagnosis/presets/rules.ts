import type { LayerMeasurements, Measurements, Reading, StationMeasurements } from "./types.ts";

/** Functions that the rules of several tools share. A rule returns null if no place has the number that it needs. */

type Judge = (measurements: Measurements) => readonly Reading[] | null;

/** A rule that fires at every weight matrix whose number is beyond its threshold. */
export const anyLayer =
  (read: (layer: LayerMeasurements) => number | undefined, fires: (value: number) => boolean): Judge =>
  ({ layers }) =>
    firing(layers, read, fires);

/** A rule that fires at every layer whose activations are beyond its threshold. */
export const anyStation =
  (read: (station: StationMeasurements) => number | undefined, fires: (value: number) => boolean): Judge =>
  ({ stations }) =>
    firing(stations, read, fires);

function firing<Place extends { readonly name: string }>(
  places: readonly Place[],
  read: (place: Place) => number | undefined,
  fires: (value: number) => boolean,
): readonly Reading[] | null {
  const known = places.flatMap((place) => {
    const value = read(place);
    return value === undefined ? [] : [{ where: place.name, value }];
  });
  return known.length === 0 ? null : known.filter(({ value }) => fires(value));
}

/** The mean of |g|. */
export const meanAbs = ({ lnMeanAbs }: LayerMeasurements): number | undefined => raised(lnMeanAbs);
/** ‖Δw‖/‖w‖; not defined if all weights are zero. */
export const updateRatio = ({ lnUpdateRatio }: LayerMeasurements): number | undefined => raised(lnUpdateRatio);
/** log10 ‖Δw‖/‖w‖. */
export const updateDecades = ({ lnUpdateRatio }: LayerMeasurements): number | undefined =>
  lnUpdateRatio === undefined ? undefined : lnUpdateRatio / Math.LN10;

const raised = (ln: number | undefined): number | undefined => (ln === undefined ? undefined : Math.exp(ln));

/** The ratio of each layer's mean |g| to that of the next layer toward the loss; null if one is not known. */
export function meanRatios({ layers }: Measurements): readonly Reading[] | null {
  if (layers.length < 2) return null;
  const ratios: Reading[] = [];
  for (let l = 0; l + 1 < layers.length; l++) {
    const [own, next] = [layers[l].lnMeanAbs, layers[l + 1].lnMeanAbs];
    if (own === undefined || next === undefined) return null;
    // 0/0 gives NaN, and no rule fires at NaN
    ratios.push({ where: layers[l].name, value: Math.exp(own - next) });
  }
  return ratios;
}

/** The requirement of rules that need a learning rate, or a measured update. */
export const UPDATE = "a learning rate";
/** The requirement of rules that need the activations of the layers. */
export const ACTIVATIONS = "activation statistics";
