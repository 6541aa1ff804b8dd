/** A phase map: means over replicates in their places, contours where they belong, theory's line where χ₁ is 1. */
import { describe, expect, it } from "vitest";
import { readResult, resultFields, resultText } from "../../src/report/index.ts";
import { reportToHtml } from "../../src/report/kit/html/page.ts";
import { pageOf } from "../../src/report/registry.ts";
import { toJsonData } from "../../src/report/kit/json.ts";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { contour, levelsBetween } from "../../src/sweeps/contours.ts";
import { valuesNearZero } from "../../src/sweeps/near-zero.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { defaultPlot, phaseMap } from "../../src/sweeps/phase-map.ts";
import { PRESETS } from "../../src/sweeps/presets/index.ts";
import { columnsOf, rowOf, rowsToCsv } from "../../src/sweeps/rows.ts";
import { runSweep, type SweptCell } from "../../src/sweeps/run-sweep.ts";

async function run(input: unknown): Promise<SweptCell[]> {
  const map = parseMap(input);
  const all: SweptCell[] = [];
  for await (const one of runSweep(cellsOf(map), map, {})) all.push(one);
  return all;
}

describe("values near zero", () => {
  const spiral = (row: number, column: number) => {
    const [x, y] = [(column - 60) / 20, (row - 40) / 20];
    return Math.sin(2 * Math.hypot(x, y) + Math.atan2(y, x));
  };
  it("give every line that the whole grid gives, and few of its values", () => {
    const whole = Array.from({ length: 91 }, (_, row) =>
      Array.from({ length: 121 }, (_, column) => spiral(row, column)),
    );
    let evaluated = 0;
    const near = valuesNearZero(91, 121, (row, column) => {
      evaluated++;
      return spiral(row, column);
    });
    expect(contour(near, 0)).toEqual(contour(whole, 0));
    expect(evaluated).toBeLessThan(91 * 121);
    const line = (row: number, column: number) => row - column / 2 + 0.3;
    const all = Array.from({ length: 300 }, (_, row) => Array.from({ length: 400 }, (_, column) => line(row, column)));
    evaluated = 0;
    const straight = valuesNearZero(300, 400, (row, column) => {
      evaluated++;
      return line(row, column);
    });
    expect(contour(straight, 0)).toEqual(contour(all, 0));
    expect(evaluated).toBeLessThan(0.1 * 300 * 400);
  });
  it("are evaluated where neighbors have none, and everywhere on a small grid", () => {
    const at = (row: number, column: number) => (row < 3 ? Number.NaN : column - 1.5);
    expect(contour(valuesNearZero(8, 4, at), 0)).toEqual(
      contour(
        Array.from({ length: 8 }, (_, row) => Array.from({ length: 4 }, (_, column) => at(row, column))),
        0,
      ),
    );
    expect(valuesNearZero(1, 1, () => 3)).toHaveLength(1);
  });
});

const swept = await run({
  base: { network: { kind: "feedforward", width: 32, depth: 8, init: { weight: "gaussian" } }, batch: 8, profile: 4 },
  axes: [
    { key: "init.gain", values: [0.8, 1.6, 2.4] },
    { key: "init.biasStd", values: [0, 1] },
  ],
  replicates: 3,
});

describe("contours", () => {
  it("cross a plane where it has the level, exactly", () => {
    const rows = [0, 1, 2].map((y) => [0, 1, 2, 3].map((x) => x + 10 * y));
    for (const [x0, y0, x1, y1] of contour(rows, 7.5)) {
      expect(x0 + 10 * y0).toBeCloseTo(7.5, 9);
      expect(x1 + 10 * y1).toBeCloseTo(7.5, 9);
    }
    expect(contour(rows, 7.5)).not.toHaveLength(0);
    expect(contour(rows, 99)).toEqual([]);
  });

  it("a saddle has two lines, and a square with a hole none", () => {
    expect(
      contour(
        [
          [1, -1],
          [-1, 1],
        ],
        0,
      ),
    ).toHaveLength(2);
    expect(
      contour(
        [
          [1, Number.NaN],
          [-1, 1],
        ],
        0,
      ),
    ).toEqual([]);
  });

  it("levels are round and lie between the ends", () => {
    expect(levelsBetween(0.3, 9.7)).toEqual([2, 4, 6, 8]);
    expect(levelsBetween(-1, 1)).toEqual([-0.5, 0, 0.5]);
    expect(levelsBetween(2, 2)).toEqual([]);
  });
});

describe("the report of a place", () => {
  const map = phaseMap(swept, { x: "init.gain", y: "init.biasStd", value: "perStation" });
  const html = reportToHtml(pageOf({ schema: "evanesce.map/1", result: map, command: "evanesce sweep map.json" }));

  it("holds the means of every measured number, the causes and the profile", () => {
    const place = map.panels[0].places[1][2]!;
    const own = swept.filter(({ cell }) => cell.settings["init.gain"] === 2.4 && cell.settings["init.biasStd"] === 1);
    const losses = own.map(({ end }) => end.result!.start.loss!);
    expect(place.means.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 3, 12);
    expect(place.means.lyapunov).toBeUndefined();
    expect(Object.values(place.causes).reduce((sum, times) => sum + times, 0)).toBeLessThanOrEqual(3);
    expect(place.profile).toHaveLength(4);
  });

  it("stands in the page: facts, profile, and the command of its first network", () => {
    const [, json] = /<script type="application\/json">(.*?)<\/script>/s.exec(html)!;
    const { reports } = JSON.parse(json) as { reports: { title: string; facts: string[][]; command: string }[][] };
    expect(reports[1][2].title).toBe("init.gain 2.4, init.biasStd 1");
    expect(reports[1][2].facts.map(([label]) => label)).toEqual(
      expect.arrayContaining(["perStation", "verdict", "networks", "loss", "gain"]),
    );
    expect(reports[1][2].command).toBe("evanesce sweep map.json --cell 'init.gain 2.4, init.biasStd 1 | 0'");
  });

  it("says why networks failed", () => {
    const broken = swept.map((one, i) => (i === 0 ? { ...one, end: { failed: "took longer" } } : one));
    const { panels } = phaseMap(broken, { x: "init.gain", value: "loss" });
    expect(panels[0].places[0][0]!.reasons).toEqual({ "took longer": 1 });
  });
});

describe("keys that change together", () => {
  it("are one set of panels, or one axis", async () => {
    const both = await run({
      base: { network: { kind: "feedforward", width: 8 }, batch: 8 },
      axes: [
        { key: "depth", values: [2, 4] },
        {
          zip: [
            { key: "residual", values: ["none", "scaled", "scaled"] },
            { key: "norm", values: ["none", "none", "layer"] },
          ],
        },
      ],
    });
    const map = phaseMap(both, { x: "depth", value: "loss", panels: "residual+norm" });
    expect(map.panels.map(({ of }) => of)).toEqual(["none, none", "scaled, none", "scaled, layer"]);
    expect(phaseMap(both, { x: "residual+norm", y: "depth", value: "loss" }).x.values).toHaveLength(3);
    expect(() => phaseMap(both, { x: "depth", value: "loss", panels: "residual+nrm" })).toThrow("did you mean norm?");
  });
});

describe("the map", () => {
  const map = phaseMap(swept, { x: "init.gain", y: "init.biasStd", value: "perStation" });

  it("puts the mean of the replicates where their settings say", () => {
    const [{ places }] = map.panels;
    expect([places.length, places[0].length]).toEqual([2, 3]);
    const own = swept.filter(
      ({ cell: { settings } }) => settings["init.gain"] === 2.4 && settings["init.biasStd"] === 1,
    );
    const values = own.map(({ end }) => end.result!.start.decay!.perStation);
    expect(places[1][2]).toMatchObject({ count: 3, failed: 0 });
    expect(places[1][2]!.value).toBeCloseTo((values[0] + values[1] + values[2]) / 3, 12);
    expect([places[1][2]!.low, places[1][2]!.high]).toEqual([Math.min(...values), Math.max(...values)]);
  });

  it("draws theory's critical line between a vanishing and an exploding place", () => {
    const { theory } = map.panels[0];
    expect(theory).not.toHaveLength(0);
    // without biases tanh is critical at gain 1, between the columns of 0.8 and 1.6
    const foot = theory
      .flatMap(([x0, y0, x1, y1]) => [
        [x0, y0],
        [x1, y1],
      ])
      .find(([, y]) => y === 0);
    expect(foot![0]).toBeGreaterThan(0);
    expect(foot![0]).toBeLessThan(1);
  });

  it("survives JSON, and has a page and a text", () => {
    const result = { schema: "evanesce.map/1", result: map } as const;
    const text = JSON.stringify(toJsonData(resultFields(result)));
    const back = readResult(JSON.parse(text), "map.json");
    expect(back.result).toEqual(map);
    expect(resultText(result, { width: 60, ascii: true })).toMatch(/perStation over init.gain/);
    const page = reportToHtml(pageOf(result));
    expect(page).toContain('href="#place-0-1-2"');
    expect(page).toContain('id="place-0-1-2"');
    expect(page).toContain('"rows":["init.biasStd 0"'); // a place under the pointer is named by both keys
  });

  it.each([
    [
      { x: "init.gian", value: "gain" },
      'plot.x: one of init.gain, init.biasStd, got "init.gian"; did you mean init.gain?',
    ],
    [{ x: "init.gain", value: "gian" }, "plot.value: one of"],
  ])("refuses %j", (plot, message) => {
    expect(() => phaseMap(swept, plot)).toThrow(message);
  });

  it("draws what varies when it is not told", () => {
    expect(defaultPlot(swept.map(({ cell }) => cell))).toEqual({ x: "init.gain", y: "init.biasStd", value: "gain" });
  });
});

it("a third axis gives a panel a value; one axis gives a line", async () => {
  const plots = phaseMap(swept, { x: "init.gain", panels: "init.biasStd", value: "gain" });
  expect(plots.panels.map(({ of, places }) => [of, places.length, places[0].length])).toEqual([
    [0, 1, 3],
    [1, 1, 3],
  ]);
  expect(reportToHtml(pageOf({ schema: "evanesce.map/1", result: plots }))).toContain("init.biasStd 1");
});

describe("rows", () => {
  const rows = swept.map(rowOf);

  it("have a column for each setting and each number", () => {
    expect(columnsOf(rows)).toEqual(
      expect.arrayContaining(["id", "init.gain", "init.biasStd", "replicate", "verdict", "gain", "failed"]),
    );
    expect(rows[0]).toMatchObject({ "init.gain": 0.8, replicate: 0, outcome: "finite", failed: null });
  });

  it("as CSV keep every digit, and disarm what a spreadsheet would run", () => {
    const lines = rowsToCsv(rows).trimEnd().split("\r\n");
    expect(lines).toHaveLength(rows.length + 1);
    const gain = lines[0].split(",").indexOf("gain");
    expect(Number(lines[1].replaceAll(/"[^"]*"/g, "").split(",")[gain])).toBe(rows[0].gain);
    expect(rowsToCsv([{ ...rows[0], id: "=cmd|' /C calc'!A0" }])).toContain("'=cmd");
  });

  it("as Parquet come back as they were", async () => {
    const { rowsToParquet } = await import("../../src/sweeps/node/parquet.ts");
    const { parquetReadObjects } = await import("hyparquet");
    const bytes = rowsToParquet(rows);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const back = (await parquetReadObjects({ file })) as Record<string, unknown>[];
    expect(back).toHaveLength(rows.length);
    expect(back[5].id).toBe(rows[5].id);
    expect(back[5].gain).toBe(rows[5].gain);
    expect(back[5].failed ?? null).toBe(null);
  });
});

it.each(Object.keys(PRESETS))("the preset %s is a valid map, with its source", (name) => {
  const map = parseMap(PRESETS[name], name);
  expect(map.source).toMatch(/\d{4}/);
  expect(cellsOf(map, name).length).toBeGreaterThan(40);
  expect(map.axes.flatMap((axis) => ("key" in axis ? [axis.key] : []))).toEqual(
    expect.arrayContaining([map.plot!.x, map.plot!.y]),
  );
});
