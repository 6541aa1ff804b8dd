import type { Magnitudes } from "../../wasm/magnitudes.ts";
import type { ScaledTensor } from "../../wasm/scaled.ts";
import { HALF_FORMATS, type HalfFormat } from "./formats.ts";
import { bestScales, COUNTS, countEntries, type HalfShares, sharesOf } from "./magnitudes.ts";
import type { HalfFlow, HalfStations, HalfView } from "./types.ts";

/**
 * Counts how much of a gradient float16 and bfloat16 would keep: of the entries of δ at every station, and of every
 * parameter's gradient.
 */
export function readHalf(
  { counts, stations, of }: Magnitudes,
  parameters: readonly { readonly name: string; readonly gradient: () => ScaledTensor }[],
): HalfFlow {
  const own = parameters.map(({ name, gradient }) => {
    const { data, exponent } = gradient();
    const counted = new Float64Array(COUNTS);
    countEntries(counted, data, exponent);
    return { name, counts: counted };
  });
  const path = new Float64Array(COUNTS);
  for (let i = 0; i < counts.length; i++) path[i % COUNTS] += counts[i];
  const everything = path.slice();
  for (const parameter of own) for (let i = 0; i < COUNTS; i++) everything[i] += parameter.counts[i];
  const view = (format: HalfFormat, scale: number): HalfView => ({
    ...sharesOf(path, 0, format, scale),
    stations: columns(stations, (s) => sharesOf(counts, s * COUNTS, format, scale)),
    parameters: own.map(({ name, counts: of }) => ({ name, ...sharesOf(of, 0, format, scale) })),
  });
  const formats = HALF_FORMATS.map((format) => {
    const { best, least, most } = bestScales(everything, format);
    return {
      format: format.name,
      lossScale: 2 ** best,
      leastScale: 2 ** least,
      mostScale: 2 ** most,
      unscaled: view(format, 0),
      scaled: view(format, best),
    };
  });
  return {
    ...(stations === of
      ? {}
      : { edges: Array.from({ length: stations + 1 }, (_, i) => Math.ceil((i * of) / stations)) }),
    formats,
  };
}

function columns(stations: number, shares: (s: number) => HalfShares): HalfStations {
  const lost = new Float64Array(stations);
  const subnormal = new Float64Array(stations);
  const overflow = new Float64Array(stations);
  for (let s = 0; s < stations; s++) {
    const one = shares(s);
    lost[s] = one.lost;
    subnormal[s] = one.subnormal;
    overflow[s] = one.overflow;
  }
  return { lost, subnormal, overflow };
}
