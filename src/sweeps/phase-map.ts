import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { type Prediction, predict } from "../theory/index.ts";
import { contour, levelsBetween, type Segment } from "./contours.ts";
import type { PlotInput } from "./map.ts";
import type { MapCell } from "./map-cell.ts";
import { MEASURED, type MeasuredName, type Row, rowOf } from "./rows.ts";
import type { PlacedCell, Setting } from "./types.ts";

/** One axis of a map: its key and its values, ascending where they are numbers. */
export interface MapAxis {
  readonly key: string;
  readonly values: readonly Setting[];
}

/** One place of a map: the mean of its replicates. */
export interface MapPlace {
  /** Mean of the finite values; NaN where there is none. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Replicates with a result, and without. */
  readonly count: number;
  readonly failed: number;
  /** How often each verdict was given. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** The first replicate: what to run to see the place's own report. */
  readonly id: string;
  /** Mean profile of the replicates, ln ‖δ_s‖, where profiles were kept. */
  readonly profile?: readonly number[];
}

/** One panel: `places[y][x]`, null where no cell was run. */
export interface MapPanel {
  /** The value of the third axis; null where there is none. */
  readonly of: Setting;
  readonly places: readonly (readonly (MapPlace | null)[])[];
  readonly contours: readonly { readonly level: number; readonly segments: readonly Segment[] }[];
  /** Theory's line, in grid coordinates. */
  readonly theory: readonly Segment[];
}

/** `evanesce.map/1`: a measured number over two axes. Plain data. */
export interface PhaseMap {
  readonly schema: "evanesce.map/1";
  readonly source: string | null;
  readonly value: { readonly name: MeasuredName; readonly label: string };
  readonly x: MapAxis;
  /** A single row where the map has one axis. */
  readonly y: MapAxis | null;
  readonly panelsOf: string | null;
  readonly panels: readonly MapPanel[];
  /** What theory's line says; null where there is none. */
  readonly theory: string | null;
  readonly cells: number;
  readonly failed: number;
}

const THEORY = {
  critical: "theory's critical line, χ₁ = 1",
  "depth-scale": "theory's depth scale, 6 ξ (Schoenholz et al. 2017)",
  none: null,
} as const;

/**
 * The map of a sweep's cells.
 *
 * @throws EvanesceError for a key that no cell sets, or a value that is not measured
 */
export function phaseMap(cells: readonly MapCell[], plot: PlotInput, source: string | null = null): PhaseMap {
  const { x: xKey, y: yKey, panels: panelKey, theory = "critical" } = plot;
  const keys = [...new Set(cells.flatMap(({ cell }) => Object.keys(cell.settings)))];
  for (const [name, key] of Object.entries({ x: xKey, y: yKey, panels: panelKey })) {
    if (key !== undefined && !keys.includes(key) && cells.length > 0) throw unknown(`plot.${name}`, key, keys);
  }
  const value = plot.value as MeasuredName;
  if (!Object.hasOwn(MEASURED, value)) throw unknown("plot.value", value, Object.keys(MEASURED));
  const x = axisOf(cells, xKey);
  const y = yKey === undefined ? null : axisOf(cells, yKey);
  const at = new Map<string, MapCell[]>();
  for (const one of cells) {
    const { settings } = one.cell;
    const [row, panel] = [yKey, panelKey].map((key) => (key === undefined ? null : (settings[key] ?? null)));
    const key = placeKey(settings[xKey] ?? null, row, panel);
    const there = at.get(key);
    if (there === undefined) at.set(key, [one]);
    else there.push(one);
  }
  const panelValues: readonly Setting[] = panelKey === undefined ? [null] : axisOf(cells, panelKey).values;
  const panels = panelValues.map((of) => {
    const grid = (y?.values ?? [null]).map((row) => x.values.map((column) => at.get(placeKey(column, row, of)) ?? []));
    return panelOf(of, grid, value, theory);
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
  value: MeasuredName,
  theory: keyof typeof THEORY,
): MapPanel {
  const places = grid.map((row) => row.map((cells) => placeOf(cells, value)));
  const values = places.map((row) => row.map((place) => place?.value ?? Number.NaN));
  const finite = values.flat().filter(Number.isFinite);
  const levels = finite.length < 2 ? [] : levelsBetween(Math.min(...finite), Math.max(...finite));
  const expected =
    theory === "none" || grid.length < 2
      ? []
      : contour(
          grid.map((row) => row.map(([first]) => (first === undefined ? Number.NaN : expectation(first.cell, theory)))),
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

function placeOf(cells: readonly MapCell[], value: MeasuredName): MapPlace | null {
  if (cells.length === 0) return null;
  const rows = cells.map(rowOf);
  const numbers = rows.map((row) => numberOf(row, value)).filter((each) => !Number.isNaN(each));
  const verdicts: Record<string, number> = {};
  for (const { verdict } of rows) if (typeof verdict === "string") verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  const profiles =
    cells.flatMap(({ end }) => end.result?.profile ?? []).length === 0
      ? []
      : cells.flatMap(({ end }) => (end.result?.profile === undefined ? [] : [end.result.profile]));
  return {
    value: numbers.length === 0 ? Number.NaN : numbers.reduce((sum, each) => sum + each, 0) / numbers.length,
    low: numbers.length === 0 ? Number.NaN : Math.min(...numbers),
    high: numbers.length === 0 ? Number.NaN : Math.max(...numbers),
    count: cells.filter(({ end }) => end.result !== undefined).length,
    failed: cells.filter(({ end }) => end.failed !== undefined).length,
    verdicts,
    id: cells[0].cell.id,
    ...(profiles.length === 0 ? {} : { profile: meanOf(profiles) }),
  };
}

/** A measured number; of verdicts 1 for a healthy path, 0 for any other; words have none. */
function numberOf(row: Row, name: MeasuredName): number {
  const value = row[name];
  if (name === "verdict") return value === null ? Number.NaN : value === "healthy" ? 1 : 0;
  return typeof value === "number" ? value : Number.NaN;
}

function meanOf(profiles: readonly (readonly number[])[]): number[] {
  return profiles[0].map((_, s) => profiles.reduce((sum, profile) => sum + profile[s], 0) / profiles.length);
}

const predictions = new Map<string, Prediction>();

/** What is 0 on theory's line; NaN where no theory covers the network. */
function expectation({ network }: PlacedCell, theory: "critical" | "depth-scale"): number {
  const key = JSON.stringify(network);
  let found = predictions.get(key);
  if (found === undefined) {
    found = predict(network, { critical: false });
    predictions.set(key, found);
    if (predictions.size > 100_000) predictions.clear();
  }
  if (theory === "critical") return found.chi1 === null ? Number.NaN : Math.log(found.chi1);
  const depth = depthOf(network);
  if (found.xiC === null || depth === null) return Number.NaN;
  // a scale without end lies above every depth: far, so that the line stands where the scale is finite
  return Number.isFinite(found.xiC) ? Math.log(depth / (6 * found.xiC)) : -10;
}

const depthOf = (spec: NetworkSpec): number | null => (spec.kind === "feedforward" ? spec.depth : null);

function axisOf(cells: readonly MapCell[], key: string): MapAxis {
  const seen = new Map(
    cells.map(({ cell }) => [JSON.stringify(cell.settings[key] ?? null), cell.settings[key] ?? null]),
  );
  const values = [...seen.values()];
  if (values.every((value) => typeof value === "number")) (values as number[]).sort((a, b) => a - b);
  return { key, values };
}

const placeKey = (...settings: readonly Setting[]) => JSON.stringify(settings);

function unknown(where: string, got: unknown, names: readonly string[]): EvanesceError {
  const near = nearest(String(got), names);
  const remedy = near === undefined ? "choose one of these" : `did you mean ${near}?`;
  return new EvanesceError(where, `one of ${names.join(", ")}`, got, remedy);
}

/** The axes that a map draws when it does not say: the first two that have more than one value. */
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

/** Spec of a cell by its id. */
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
