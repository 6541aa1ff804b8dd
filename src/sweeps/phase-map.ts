import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { valuesNearZero } from "./near-zero.ts";
import { expectation, THEORY, type TheoryName } from "./theory-line.ts";
import { contour, levelsBetween, type Segment } from "./contours.ts";
import type { PlotInput } from "./map.ts";
import type { MapCell } from "./map-cell.ts";
import { type MapPlace, placeOf } from "./place.ts";
import { MEASURED, type MeasuredName } from "./rows.ts";

export type { MapPlace };
import type { PlacedCell, Setting } from "./types.ts";

/** One axis of a map: its key and its values. Numbers are in ascending order. */
export interface MapAxis {
  readonly key: string;
  readonly values: readonly Setting[];
}

/** One panel: `places[y][x]`, null if no cell was run. */
export interface MapPanel {
  /** The value of the third axis; null if there is none. */
  readonly of: Setting;
  readonly places: readonly (readonly (MapPlace | null)[])[];
  readonly contours: readonly { readonly level: number; readonly segments: readonly Segment[] }[];
  /** The line of theory, in grid coordinates. */
  readonly theory: readonly Segment[];
}

/** `evanesce.map/1`: a measured number over two axes. Plain data. */
export interface PhaseMap {
  readonly schema: "evanesce.map/1";
  readonly source: string | null;
  readonly value: { readonly name: MeasuredName; readonly label: string };
  readonly x: MapAxis;
  /** Null if the map has one axis; it then has a single row. */
  readonly y: MapAxis | null;
  readonly panelsOf: string | null;
  readonly panels: readonly MapPanel[];
  /** The meaning of theory's line; null if there is none. */
  readonly theory: string | null;
  readonly cells: number;
  readonly failed: number;
}

/**
 * The map of a sweep's cells.
 *
 * @param pageOf returns the page of a cell's own report by its id, if one was written
 * @throws EvanesceError for a key that no cell sets, or a value that is not measured
 */
export function phaseMap(
  cells: readonly MapCell[],
  plot: PlotInput,
  source: string | null = null,
  pageOf: (id: string) => string | undefined = () => undefined,
): PhaseMap {
  const { x: xKey, y: yKey, panels: panelKey, theory = "critical" } = plot;
  const keys = [...new Set(cells.flatMap(({ cell }) => Object.keys(cell.settings)))];
  for (const [name, key] of Object.entries({ x: xKey, y: yKey, panels: panelKey })) {
    const missing = key?.split("+").find((part) => !keys.includes(part));
    if (missing !== undefined && cells.length > 0) throw unknown(`plot.${name}`, missing, keys);
  }
  const value = plot.value as MeasuredName;
  if (!Object.hasOwn(MEASURED, value)) throw unknown("plot.value", value, Object.keys(MEASURED));
  const x = axisOf(cells, xKey);
  const y = yKey === undefined ? null : axisOf(cells, yKey);
  const at = new Map<string, MapCell[]>();
  for (const one of cells) {
    const [column, row, panel] = [xKey, yKey, panelKey].map((key) =>
      key === undefined ? null : settingAt(one.cell, key),
    );
    const key = placeKey(column, row, panel);
    const group = at.get(key);
    if (group === undefined) at.set(key, [one]);
    else group.push(one);
  }
  const panelValues: readonly Setting[] = panelKey === undefined ? [null] : axisOf(cells, panelKey).values;
  const panels = panelValues.map((of) => {
    const grid = (y?.values ?? [null]).map((row) => x.values.map((column) => at.get(placeKey(column, row, of)) ?? []));
    const places = grid.map((row) => row.map((group) => placeOf(group, value, pageOf)));
    return panelOf(of, grid, places, theory);
  });
  return {
    schema: "evanesce.map/1",
    source,
    value: { name: value, label: value === "verdict" ? "share of networks with a healthy path" : MEASURED[value] },
    x,
    y,
    panelsOf: panelKey ?? null,
    panels,
    theory: panels.some((panel) => panel.theory.length > 0) ? THEORY[theory] : null,
    cells: cells.length,
    failed: cells.filter(({ end }) => end.failed !== undefined).length,
  };
}

function panelOf(
  of: Setting,
  grid: readonly (readonly MapCell[])[][],
  places: MapPanel["places"],
  theory: TheoryName,
): MapPanel {
  const values = places.map((row) => row.map((place) => place?.value ?? Number.NaN));
  const finite = values.flat().filter(Number.isFinite);
  const levels = finite.length < 2 ? [] : levelsBetween(Math.min(...finite), Math.max(...finite));
  const expected =
    theory === "none" || grid.length < 2
      ? []
      : contour(
          valuesNearZero(grid.length, grid[0].length, (row, column) => {
            const [first] = grid[row][column];
            return first === undefined ? Number.NaN : expectation(first.cell, theory);
          }),
          0,
        );
  return {
    of,
    places,
    contours: levels
      .map((level) => ({ level, segments: contour(values, level) }))
      .filter(({ segments }) => segments.length > 0),
    theory: expected,
  };
}

function axisOf(cells: readonly MapCell[], key: string): MapAxis {
  const seen = new Map(
    cells.map(({ cell }) => {
      const value = settingAt(cell, key);
      return [JSON.stringify(value), value];
    }),
  );
  const values = [...seen.values()];
  if (values.every((value) => typeof value === "number")) (values as number[]).sort((a, b) => a - b);
  return { key, values };
}

/** The value of a key; of several, joined by +, the values as words: `residual+norm` of a cell is `scaled, layer`. */
function settingAt({ settings }: PlacedCell, key: string): Setting {
  if (!key.includes("+")) return settings[key] ?? null;
  return key
    .split("+")
    .map((part) => settings[part] ?? null)
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    .join(", ");
}

const placeKey = (...settings: readonly Setting[]) => JSON.stringify(settings);

function unknown(where: string, got: unknown, names: readonly string[]): EvanesceError {
  const near = nearest(String(got), names);
  const remedy = near === undefined ? "choose one of these" : `did you mean ${near}?`;
  return new EvanesceError(where, `one of ${names.join(", ")}`, got, remedy);
}

/** The default axes of a map: the first two with more than one value. */
export function defaultPlot(cells: readonly PlacedCell[], value: MeasuredName = "gain"): PlotInput {
  const values = new Map<string, Set<string>>();
  for (const { settings } of cells) {
    for (const [key, setting] of Object.entries(settings)) {
      if (!values.has(key)) values.set(key, new Set());
      values.get(key)?.add(JSON.stringify(setting));
    }
  }
  const varied = [...values].filter(([, all]) => all.size > 1).map(([key]) => key);
  const [x, y, panels] = varied.length === 0 ? [...values.keys()] : varied;
  if (x === undefined) throw new EvanesceError("map.axes", "at least one axis to draw over", [], "add an axis");
  return { x, ...(y === undefined ? {} : { y }), ...(panels === undefined ? {} : { panels }), value };
}

/** The cell with an id. */
export const cellById = (cells: readonly PlacedCell[], id: string): PlacedCell => {
  const found = cells.find((cell) => cell.id === id);
  if (found !== undefined) return found;
  const near = nearest(
    id,
    cells.map((cell) => cell.id),
  );
  throw new EvanesceError(
    "--cell",
    "the id of a cell",
    id,
    near === undefined ? `e.g. "${cells[0]?.id}"` : `did you mean "${near}"?`,
  );
};
