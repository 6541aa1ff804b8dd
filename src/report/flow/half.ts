import type { GradientFlow, HalfFlow, HalfFormatFlow, HalfShares } from "../../flow/index.ts";
import { percent, significant } from "../../words/numbers.ts";
import type { Finding } from "../kit/finding.ts";

/** A loss scale as text: `2^13`, or digits if it is not a power of two. */
export function powerOfTwo(scale: number): string {
  const exponent = Math.round(Math.log2(scale));
  return 2 ** exponent === scale ? `2^${exponent}` : significant(scale);
}

/** How much of a gradient float16 and bfloat16 would lose, one row for each. */
export function halfFindings({ half, axis }: GradientFlow): Finding[] {
  if (half === undefined) return [];
  return half.formats.map((format) => ({ label: format.format, text: sentence(half, format, axis) }));
}

function sentence(half: HalfFlow, { unscaled, scaled, lossScale, mostScale }: HalfFormatFlow, axis: string): string {
  const entries = axis === "step" ? "∂L/∂h_t" : "∂L/∂h_l";
  const without =
    `of the entries of ${entries} ${sharesInWords(unscaled)}${emptyStations(half, unscaled.stations.lost, axis)}` +
    worstParameter(unscaled.parameters);
  const most = powerOfTwo(mostScale);
  if (scaled.overflow > 0) return `${without}; every loss scale down to ${powerOfTwo(lossScale)} overflows`;
  if (lossScale === 1) return `${without}; no loss scale keeps more, and nothing overflows up to ${most}`;
  return (
    `${without}; the loss scale ${powerOfTwo(lossScale)} keeps the most: then ${sharesInWords(scaled)}` +
    `${emptyStations(half, scaled.stations.lost, axis)}, and nothing overflows up to ${most}`
  );
}

function sharesInWords({ lost, subnormal, overflow }: HalfShares): string {
  const parts = [
    ...(overflow > 0 ? [`${percent(overflow)} overflow`] : []),
    lost === 0 ? "none becomes zero" : `${percent(lost)} become zero`,
    ...(subnormal > 0 ? [`${percent(subnormal)} lose digits`] : []),
  ];
  return parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}

/** How many stations keep nothing, in words. */
function emptyStations({ edges }: HalfFlow, lost: Float64Array, axis: string): string {
  let stations = 0;
  lost.forEach((share, i) => {
    if (share === 1) stations += edges === undefined ? 1 : edges[i + 1] - edges[i];
  });
  const all = edges === undefined ? lost.length : (edges.at(-1) as number);
  return stations === 0 ? "" : ` (all of them at ${stations} of ${all} ${axis}s)`;
}

function worstParameter(parameters: readonly (HalfShares & { readonly name: string })[]): string {
  const worst = parameters.reduce<(typeof parameters)[number] | undefined>(
    (most, one) => (one.lost > (most?.lost ?? 0) ? one : most),
    undefined,
  );
  return worst === undefined ? "" : `; of ∂L/∂${worst.name} ${percent(worst.lost)} become zero`;
}

/**
 * How much of each parameter's gradient they would lose, as the cells of a table; undefined if it was not requested.
 */
export function halfRows({ half }: GradientFlow): { heads: string[]; rows: string[][] } | undefined {
  if (half === undefined) return undefined;
  const [first] = half.formats;
  const heads = half.formats.flatMap(({ format, lossScale }) => [
    `${format}, lost`,
    ...(lossScale === 1 ? [] : [`× ${powerOfTwo(lossScale)}`]),
  ]);
  const cell = ({ lost, overflow }: HalfShares) =>
    `${lost === 0 ? "0" : percent(lost)}${overflow > 0 ? `, ${percent(overflow)} infinite` : ""}`;
  return {
    heads: ["parameter", ...heads],
    rows: first.unscaled.parameters.map(({ name }, i) => [
      name,
      ...half.formats.flatMap(({ unscaled, scaled, lossScale }) => [
        cell(unscaled.parameters[i]),
        ...(lossScale === 1 ? [] : [cell(scaled.parameters[i])]),
      ]),
    ]),
  };
}
