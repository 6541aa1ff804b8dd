/** Figures: every series of every kind of flow is drawn, whatever its numbers. */
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compareWithTheory } from "../../src/diagnosis/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import { decimate } from "../../src/report/kit/figure/decimate.ts";
import { flowFigures } from "../../src/report/flow/figures/index.ts";
import { figureToCsv, figureToJson } from "../../src/report/kit/figure/data.ts";
import type { Figure } from "../../src/report/kit/figure/figure.ts";
import { INK, SERIES } from "../../src/report/kit/svg/palette.ts";
import { adler32, crc32, encodePng } from "../../src/report/kit/svg/png.ts";
import { figureToSvg, NARROW } from "../../src/report/kit/svg/index.ts";
import { diagnosed, flowOf, flows, line } from "./flows.ts";

const resultOf = (flow: ReturnType<typeof flowOf>) => ({ flow, diagnosis: diagnosed(flow), extras: {} });
const all = Object.entries(flows());

/** One line over the stations. */
const lineFigure = (y: ArrayLike<number>, scale: "linear" | "decades" = "decades"): Figure => ({
  id: "one",
  title: "One",
  caption: "One line.",
  x: { label: "step", scale: "linear", whole: true },
  y: { label: "norm", scale },
  marks: [
    { kind: "line", name: "a", y, slot: 0 },
    { kind: "line", name: "b", y, slot: 1 },
  ],
});

describe("figures", () => {
  it.each(all)("of a %s flow hold no number that is none, and say what they show", (_, flow) => {
    for (const figure of flowFigures(resultOf(flow))) {
      for (const svg of [figureToSvg(figure), figureToSvg(figure, { size: NARROW, inPage: true, suffix: "-n" })]) {
        expect(svg, figure.id).not.toMatch(/="[^"]*(NaN|Infinity|undefined)/);
        expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="[\w-]+-title [\w-]+-desc"/);
        expect(svg).toMatch(/<title id="[\w-]+">[^<]{3,}<\/title><desc id="[\w-]+">[^<]{20,}<\/desc>/);
        const drawn = new Set(
          [...svg.matchAll(/<g class="mark [a-z]+" data-series="(\d+)/g)].map(([, i]) => Number(i)),
        );
        const missing = figure.marks.filter(({ kind }, i) => kind !== "rule" && !drawn.has(i)); // a rule may be far away
        expect(missing).toEqual([]);
      }
      expect(figure.id).toMatch(/^[a-z0-9-]+$/);
    }
  });

  it("the profile of an encoder and a decoder marks the decoder's first step", () => {
    const [figure] = flowFigures(resultOf(flows().decoder));
    expect(figure.marks).toContainEqual({ kind: "rule", name: "the decoder begins", at: { x: 25 } });
    expect(figure.x.end).toBe("a loss at every step of the decoder");
    expect(figureToSvg(figure)).toContain("the decoder begins");
    const [other] = flowFigures(resultOf(flows().every));
    expect(figureToSvg(other)).not.toContain("the decoder begins");
  });

  it("says where the loss enters: at the last station, or at every step", () => {
    const deep = propagate({
      network: { kind: "feedforward", width: 8, depth: 3 },
      task: "circles",
      batch: 4,
      seed: 1,
    });
    expect(flowFigures(resultOf(deep))[0].x.end).toBe("loss ▲");
    const { lossAt: _, ...unsaid } = flows().every.task;
    expect(flowFigures(resultOf({ ...flows().every, task: unsaid }))[0].x.end).toBe("loss ▲");
    expect(flowFigures(resultOf(flows().every))[0].x.end).toBe("a loss at every step");
  });

  it("a profile has its band, the probe, the truncated one and the last step's beside it", () => {
    const profile = line(100, -0.2);
    const other = { lnGradientNorm: line(100, -0.3), decay: null };
    const truncated = { ...other, k1: 5, k2: 5, angle: 0.1, ratio: 0.9, parameters: [] };
    const flow = flowOf(profile, { probe: other, lastStep: other, truncated });
    const [figure] = flowFigures(resultOf(flow));
    const svg = figureToSvg(figure);
    for (const name of ["5 to 95 % of samples", "probe: a random cotangent", "truncated", "the last step"]) {
      expect(svg).toContain(name);
    }
    const lines = new Set([...svg.matchAll(/class="mark line" data-series="(\d+)"/g)].map(([, key]) => key));
    expect(lines.size).toBe(4);
  });

  it("a profile has theory beside it where the diagnosis has a value for every station", () => {
    const flow = flowOf(line(100, -0.2));
    const theory = compareWithTheory(flow);
    const drawn = (lnExpected: Float64Array) =>
      figureToSvg(
        flowFigures({ flow, diagnosis: { ...diagnosed(flow), theory: { ...theory, lnExpected } }, extras: {} })[0],
      );
    expect(drawn(line(100, -0.3))).toContain(">theory</title>");
    expect(drawn(line(7, -0.3))).not.toContain(">theory</title>");
  });

  it("draws −∞ on a floor and NaN under a ceiling, and lines only between", () => {
    const y = line(50, -1);
    y.fill(Number.NEGATIVE_INFINITY, 0, 10);
    y[30] = Number.NaN;
    const svg = figureToSvg(lineFigure(y));
    expect(svg).toContain(">0</text>");
    expect(svg).toContain("NaN, ∞");
    expect(svg.match(/<rect [^>]*height="6"/g)).toHaveLength(4); // each of two lines, in both strips
    const drawn = /<path d="(M[^"]*)" fill="none"/.exec(svg)?.[1] ?? "";
    expect(drawn.match(/M/g)).toHaveLength(2); // broken at the NaN
  });

  it.each(["left", "right"] as const)("names a rule away from a line that runs along it at the %s", (end) => {
    // along the rule over one half, far above it over the other
    const along = Float64Array.from({ length: 200 }, (_, i) => (i < 100 === (end === "left") ? 5 + (i % 2) / 2 : 9));
    const figure = lineFigure(along, "linear");
    const rule = { kind: "rule", name: "trivial answer", at: { y: 5 } } as const;
    const ruled = { ...figure, marks: [figure.marks[0], { ...figure.marks[0], y: [4, 10], x: [0, 0] }, rule] };
    const name = figureToSvg(ruled).match(/<text [^>]*>trivial answer</)?.[0] ?? "";
    expect(name.includes('text-anchor="end"')).toBe(end === "left");
  });

  it("a map of one value has a scale where its figure says what it spans", () => {
    const heat = { kind: "heat", rows: [[0, 0]], label: "saturated, %", scale: "linear", span: [0, 1] } as const;
    const figure = { ...lineFigure([]), y: { label: "layer", scale: "names", names: ["0"] }, marks: [heat] } as const;
    expect(figureToSvg(figure)).toMatch(/>0<\/text><text [^>]*>1\.0</);
  });

  it("labels norms of 1e-5000 and of 1e5000 by their powers of ten", () => {
    const decade = Math.LN10;
    const svg = figureToSvg(
      lineFigure(Float64Array.from({ length: 100 }, (_, s) => -5000 * decade + 110 * s * decade)),
    );
    expect(svg).toMatch(/>10<tspan[^>]*>−4000<\/tspan>/);
    expect(svg).toMatch(/>10<tspan[^>]*>4000<\/tspan>/);
  });

  it.each([
    ["one station", Float64Array.of(-3)],
    ["no finite station", new Float64Array(5).fill(Number.NEGATIVE_INFINITY)],
    ["nothing but NaN", new Float64Array(5).fill(Number.NaN)],
    ["a constant", new Float64Array(5).fill(2)],
    ["none at all", new Float64Array(0)],
  ])("draws %s", (_, y) => {
    for (const scale of ["linear", "decades"] as const) {
      expect(figureToSvg(lineFigure(y, scale))).not.toMatch(/="[^"]*(NaN|Infinity|undefined)/);
    }
  });

  it("has fewer than 400 bars of a ledger of 5,000 steps, whose means are the ledger's", () => {
    const figure = flowFigures(resultOf(flowOf(line(5000, -0.5)))).find(({ id }) => id === "ledger") as Figure;
    const [stack] = figure.marks;
    if (stack.kind !== "stack") throw new Error("not a stack");
    expect(stack.edges.length).toBeLessThan(401);
    expect(stack.parts.find(({ name }) => name === "gate")?.values[7]).toBeCloseTo(-0.3, 12);
  });

  it("writes its numbers as CSV and JSON, whole", () => {
    const y = line(3000, -1);
    y[0] = Number.NEGATIVE_INFINITY;
    const rows = figureToCsv(lineFigure(y)).trimEnd().split("\n");
    expect(rows).toHaveLength(3001);
    expect(rows.slice(0, 3)).toEqual(["step,ln a,ln b", "0,-inf,-inf", "1,-2998,-2998"]);
    const { schema, series } = JSON.parse(figureToJson(lineFigure(y)));
    expect(schema).toBe("evanesce.figure/1");
    expect(series[0].y.slice(0, 2)).toEqual([null, -2998]);
  });
});

describe("decimation", () => {
  it("keeps ends, spikes and breaks, in a few points", () => {
    const y = new Float64Array(100_000);
    y[41_234] = 7;
    y[77_777] = -5;
    y[12_345] = Number.NaN;
    const { x, y: kept } = decimate(y, undefined, 400);
    expect(kept.length).toBeLessThanOrEqual(500);
    expect([x[0], x[x.length - 1]]).toEqual([0, 99_999]);
    expect(kept[x.indexOf(41_234)]).toBe(7);
    expect(kept[x.indexOf(77_777)]).toBe(-5);
    expect(kept[x.indexOf(12_345)]).toBeNaN();
  });
});

describe("the PNG writer", () => {
  it("writes what zlib reads", () => {
    const [width, height] = [300, 400]; // more than one stored block
    const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 7) % 3);
    const png = encodePng(width, height, pixels, [
      [0, 0, 0],
      [9, 9, 9],
      [255, 0, 1],
    ]);
    const view = new DataView(png.buffer);
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([width, height]);
    const start = Buffer.from(png).indexOf("IDAT");
    const data = inflateSync(png.subarray(start + 4, start + 4 + view.getUint32(start - 4)));
    expect(data.length).toBe(height * (width + 1));
    for (let y = 0; y < height; y++) {
      const row = data.subarray(y * (width + 1) + 1, (y + 1) * (width + 1));
      expect(row.equals(pixels.subarray(y * width, (y + 1) * width))).toBe(true);
    }
  });

  it("has the checksums of the standards", () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(crc32(bytes("123456789"))).toBe(0xcbf43926);
    expect(adler32(bytes("Wikipedia"))).toBe(0x11e60398);
  });
});

describe("the palette", () => {
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };

  it.each(["light", "dark"] as const)("stands out from its %s ground by 3 to 1, text by 4.5 to 1", (side) => {
    for (const look of SERIES) expect(contrast(look[side], INK[side].ground), look[side]).toBeGreaterThanOrEqual(3);
    for (const ink of [INK[side].ink, INK[side].soft, INK[side].bad]) {
      expect(contrast(ink, INK[side].ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("tells every series by its dash too", () => {
    expect(new Set(SERIES.map(({ dash }) => dash)).size).toBe(SERIES.length);
  });
});
