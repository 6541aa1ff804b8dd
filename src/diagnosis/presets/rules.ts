import type { LayerMeasurements, Measurements, Reading, StationMeasurements } from "./types.ts";

/** Readers that several tools' rules share. A rule says nothing (null) where no place has the number. */

type Judge = (measurements: Measurements) => readonly Reading[] | null;

/** Fires at every weight matrix whose number does. */
export const anyLayer =
  (read: (layer: LayerMeasurements) => number | undefined, fires: (value: number) => boolean): Judge =>
  ({ layers }) =>
    firing(layers, read, fires);

/** Fires at every layer of activations whose number does. */
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
/** ‖Δw‖/‖w‖; not known where the weights are all zero. */
export const updateRatio = ({ lnUpdateRatio }: LayerMeasurements): number | undefined => raised(lnUpdateRatio);
/** log10 ‖Δw‖/‖w‖. */
export const updateDecades = ({ lnUpdateRatio }: LayerMeasurements): number | undefined =>
  lnUpdateRatio === undefined ? undefined : lnUpdateRatio / Math.LN10;

const raised = (ln: number | undefined): number | undefined => (ln === undefined ? undefined : Math.exp(ln));

/** The mean |g| of each layer over that of the next one towards the loss, input first; null where one is not known. */
export function meanRatios({ layers }: Measurements): readonly Reading[] | null {
  if (layers.length < 2) return null;
  const ratios: Reading[] = [];
  for (let l = 0; l + 1 < layers.length; l++) {
    const [own, next] = [layers[l].lnMeanAbs, layers[l + 1].lnMeanAbs];
    if (own === undefined || next === undefined) return null;
    // 0/0 is no ratio: NaN, which fires nothing
    ratios.push({ where: layers[l].name, value: Math.exp(own - next) });
  }
  return ratios;
}

/** What needs a learning rate, or an update that was seen. */
export const UPDATE = "updates: a learning rate";
/** What needs the layers' activations. */
export const ACTIVATIONS = "activation statistics";
