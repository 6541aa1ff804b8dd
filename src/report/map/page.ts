import type { MapPlace, PhaseMap } from "../../sweeps/phase-map.ts";
import { count, counted, significant } from "../../words/numbers.ts";
import type { Report } from "../kit/html/report.ts";
import { jsonText } from "../kit/json.ts";
import { timesText } from "./cell-reports.ts";
import { mapFigures, panelName, placeId } from "./figures.ts";
import { settingText } from "./names.ts";

/** A page lists the numbers of at most this many places; more would not fit. */
const MOST_PLACES = 2500;

/** A phase map as a page: the maps, and the numbers of every place. */
export function mapReport(map: PhaseMap, command?: string): Report {
  const figures = mapFigures(map, command);
  const places = map.panels.flatMap((panel, p) =>
    panel.places.flatMap((row, r) =>
      row.flatMap((place, c) => (place === null ? [] : [{ place, panel, id: placeId(p, r, c), r, c }])),
    ),
  );
  const listed = places.slice(0, MOST_PLACES);
  return {
    title: `Map of ${map.value.name}`,
    summary: summaryOf(map),
    subject: [
      ...(map.source === null ? [] : [`Reproduces with smaller networks: ${map.source}.`]),
      `${counted(map.cells, "network")}, over ${axisNames(map)}.`,
    ],
    facts: [
      { label: "Networks", value: count(map.cells) },
      { label: "Failed", value: count(map.failed), note: map.failed > 0 ? "--retry runs them again" : undefined },
      ...extremes(places.map(({ place }) => place)),
    ],
    sections: [
      ...figures.map((figure) => ({ heading: figure.title, figure })),
      {
        heading: "Every place",
        table: {
          caption:
            "Mean, least and largest value and the verdicts of the networks of each place. To see the report of one network, run the command of this page with --cell and the id of the network.",
          heads: [...headsOf(map), map.value.name, "least", "largest", "networks", "verdicts", "id"],
          rows: listed.map(({ place, panel, r, c }) => [
            ...(map.panelsOf === null ? [] : [panelName(map, panel)]),
            settingText(map.x.values[c]),
            ...(map.y === null ? [] : [settingText(map.y.values[r])]),
            ...[place.value, place.low, place.high].map((value) => significant(value)),
            `${place.count}${place.failed > 0 ? `, ${place.failed} failed` : ""}`,
            timesText(place.verdicts),
            place.id,
          ]),
          text: textColumns(map),
          ids: listed.map(({ id }) => id),
        },
      },
    ],
    reproduce: { command, notes: [] },
    data: {
      name: "map.json",
      length: places.length * 4,
      text: () => [...jsonText({ ...map, command })].join(""),
    },
  };
}

const headsOf = (map: PhaseMap) => [
  ...(map.panelsOf === null ? [] : [map.panelsOf]),
  map.x.key,
  ...(map.y === null ? [] : [map.y.key]),
];

/** The columns with text: the axes, the verdicts, the id. */
function textColumns(map: PhaseMap): number[] {
  const axes = headsOf(map).length;
  return [...Array.from({ length: axes }, (_, i) => i), axes + 4, axes + 5];
}

const axisNames = (map: PhaseMap) => headsOf(map).join(", ");

/** A summary of the map: the range of the value, and the number of verdicts of each kind. */
export function summaryOf(map: PhaseMap): string {
  const places = map.panels.flatMap(({ places: rows }) => rows.flat()).filter((place) => place !== null);
  const all: Record<string, number> = {};
  for (const { verdicts } of places)
    for (const [name, times] of Object.entries(verdicts)) all[name] = (all[name] ?? 0) + times;
  const values = places.map(({ value }) => value).filter(Number.isFinite);
  const range =
    values.length === 0
      ? `No network has a finite ${map.value.name}.`
      : `${map.value.name} goes from ${significant(Math.min(...values))} to ${significant(Math.max(...values))}.`;
  const words = Object.entries(all)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${count(times)} ${name}`)
    .join(", ");
  return words === "" ? range : `${range} Verdicts on the path: ${words}.`;
}

function extremes(places: readonly MapPlace[]) {
  const finite = places.filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return [];
  const least = finite.reduce((a, b) => (b.value < a.value ? b : a));
  const largest = finite.reduce((a, b) => (b.value > a.value ? b : a));
  return [
    { label: "Least", value: significant(least.value), note: `at ${least.id}` },
    { label: "Largest", value: significant(largest.value), note: `at ${largest.id}` },
  ];
}
