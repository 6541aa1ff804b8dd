import { MEASURED, type MeasuredName } from "../../sweeps/rows.ts";
import type { MapPanel, MapPlace, PhaseMap } from "../../sweeps/phase-map.ts";
import { significant } from "../../words/numbers.ts";
import type { CellReport } from "../kit/figure/figure.ts";
import { settingsText } from "./names.ts";

/** For at most this many places a page reports all measurements; for more it reports as many as fit. */
const MOST_WHOLE = 900;
/** Points of all profiles of a page together. */
const PROFILE_POINTS = 24_000;
/** A curve with fewer points is left out. */
const LEAST_POINTS = 8;

/**
 * The report that the page shows for a place that its reader chooses: the numbers of its networks, and the command that
 * prints all of them.
 */
export function cellReports(map: PhaseMap, panel: MapPanel, command: string | undefined): (CellReport | null)[][] {
  const count = map.panels.reduce((sum, { places }) => sum + places.flat().length, 0);
  const points = Math.min(64, Math.floor(PROFILE_POINTS / count));
  return panel.places.map((row, r) =>
    row.map((place, c) => {
      if (place === null) return null;
      const { profile, page, id } = place;
      return {
        title: titleOf(map, panel, r, c),
        facts: factsOf(place, map.value.name, count <= MOST_WHOLE),
        ...(profile === undefined || points < LEAST_POINTS
          ? {}
          : { profile: { label: "ln ‖δ‖ from the input to the loss", y: thinned(profile, points) } }),
        ...(command === undefined ? {} : { command: `${command} --cell '${id.replaceAll("'", "'\\''")}'` }),
        ...(page === undefined ? {} : { page }),
      };
    }),
  );
}

function titleOf({ x, y, panelsOf }: PhaseMap, { of }: MapPanel, r: number, c: number): string {
  const settings = [
    [x.key, x.values[c]],
    ...(y === null ? [] : [[y.key, y.values[r]]]),
    ...(panelsOf === null ? [] : [[panelsOf, of]]),
  ] as const;
  return settings.map(([key, value]) => settingsText(String(key), value as never)).join(", ");
}

function factsOf(place: MapPlace, value: MeasuredName, whole: boolean): CellReport["facts"] {
  const { count, failed, low, high, verdicts, causes, reasons, means } = place;
  const range = count > 1 ? `, ${significant(low)} to ${significant(high)}` : "";
  const facts: [string, string | undefined][] = [
    [value, `${significant(place.value)}${range}`],
    ["verdict", timesText(verdicts)],
    ["main cause", timesText(causes)],
    ["networks", whole || failed > 0 ? `${count}${failed > 0 ? `, and ${failed} failed` : ""}` : undefined],
    ["failed", timesText(reasons)],
  ];
  const names = (Object.keys(MEASURED) as MeasuredName[]).filter((name) => whole && name !== value);
  for (const name of names) facts.push([name, means[name] === undefined ? undefined : significant(means[name])]);
  return facts.flatMap(([label, text]) => (text === undefined || text === "" ? [] : [[label, text] as const]));
}

/** `vanishing × 2, healthy`: words with the number of times that each occurs. */
export const timesText = (times: Readonly<Record<string, number>>): string =>
  Object.entries(times)
    .sort(([, a], [, b]) => b - a)
    .map(([word, often]) => (often === 1 ? word : `${word} × ${often}`))
    .join(", ");

/** `most` points of a profile, spread evenly, with four digits; null for numbers that are not finite. */
function thinned(profile: readonly number[], most: number): number[] {
  const count = Math.min(most, profile.length);
  return Array.from({ length: count }, (_, i) => {
    const value = profile[Math.round((i * (profile.length - 1)) / Math.max(1, count - 1))];
    return Number.isFinite(value) ? Number(value.toPrecision(4)) : Number.NaN;
  });
}
