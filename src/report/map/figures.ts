import type { MapAxis, MapPanel, PhaseMap } from "../../sweeps/phase-map.ts";
import { significant } from "../../words/numbers.ts";
import type { Axis, Figure, Mark } from "../kit/figure/figure.ts";
import { cellReports } from "./cell-reports.ts";
import { keyName, settingsText, settingText } from "./names.ts";

const axisOf = ({ key, values }: MapAxis): Axis => ({
  label: keyName(key),
  scale: "names",
  names: values.map(settingText),
});

/** The name of a panel: the value of the third axis. */
export const panelName = ({ panelsOf }: PhaseMap, { of }: MapPanel): string =>
  panelsOf === null ? "" : settingsText(panelsOf, of);

/** The id of the row of the page about a place of the map. */
export const placeId = (panel: number, row: number, column: number): string => `place-${panel}-${row}-${column}`;

/**
 * A heat map for each panel, all on one color scale. If a map has one axis, a line.
 *
 * @param command the command that measures the map again, for the reports of its cells
 */
export function mapFigures(map: PhaseMap, command?: string): Figure[] {
  const finite = map.panels.flatMap(({ places }) =>
    places.flatMap((row) =>
      row.flatMap((place) => (place !== null && Number.isFinite(place.value) ? [place.value] : [])),
    ),
  );
  const span: readonly [number, number] | undefined =
    finite.length === 0 ? undefined : [Math.min(...finite), Math.max(...finite)];
  return map.panels.map((panel, p) =>
    map.y === null ? lineFigure(map, panel, p) : heatFigure(map, map.y, panel, p, span, command),
  );
}

function heatFigure(
  map: PhaseMap,
  y: MapAxis,
  panel: MapPanel,
  p: number,
  span: readonly [number, number] | undefined,
  command: string | undefined,
): Figure {
  const { value, x, theory } = map;
  const marks: Mark[] = [
    {
      kind: "heat",
      rows: panel.places.map((row) => row.map((place) => place?.value ?? Number.NaN)),
      label: value.name,
      scale: "linear",
      ...(span === undefined ? {} : { span }),
      links: panel.places.map((row, r) => row.map((place, c) => (place === null ? "" : placeId(p, r, c)))),
      reports: cellReports(map, panel, command),
    },
    ...panel.contours.map(({ level, segments }) => ({
      ...{ kind: "segments" as const, name: significant(level, 3), segments, weight: "contour" as const },
    })),
    ...(panel.theory.length === 0
      ? []
      : [{ kind: "segments" as const, name: theory ?? "theory", segments: panel.theory, weight: "theory" as const }]),
  ];
  const line = panel.theory.length === 0 ? "" : ` The thick line is ${theory}.`;
  return {
    id: `map-${p + 1}`,
    title: `${value.name} over ${keyName(x.key)} and ${keyName(y.key)}${map.panelsOf === null ? "" : `, ${panelName(map, panel)}`}`,
    caption: `Color: ${value.label}, the mean over the networks of each place. Thin lines join equal values.${line} Select a place to see its own report.`,
    x: axisOf(x),
    y: axisOf(y),
    marks,
  };
}

function lineFigure(map: PhaseMap, panel: MapPanel, p: number): Figure {
  const { x, value } = map;
  const numeric = x.values.every((each) => typeof each === "number");
  const places = numeric ? { x: x.values as number[] } : {};
  const [row] = panel.places;
  return {
    id: `map-${p + 1}`,
    title: `${value.name} over ${keyName(x.key)}${map.panelsOf === null ? "" : `, ${panelName(map, panel)}`}`,
    caption: `${value.label}: the mean over the networks of each place, and the band from the least to the largest.`,
    x: numeric ? { label: keyName(x.key), scale: "linear" } : axisOf(x),
    y: { label: value.name, scale: "linear" },
    marks: [
      {
        ...{ kind: "band", name: "least to largest", slot: 0, ...places },
        low: row.map((place) => place?.low ?? Number.NaN),
        high: row.map((place) => place?.high ?? Number.NaN),
      },
      { kind: "line", name: "mean", y: row.map((place) => place?.value ?? Number.NaN), slot: 0, ...places },
    ],
  };
}
