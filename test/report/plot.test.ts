import { describe, expect, it } from "vitest";
import { decades, logTicks, niceStep, ticks } from "../../src/report/kit/terminal/axis.ts";
import { createCanvas } from "../../src/report/kit/terminal/canvas.ts";
import { visible } from "../../src/report/kit/terminal/layout.ts";
import { plot } from "../../src/report/kit/terminal/plot.ts";
import { createTheme } from "../../src/report/kit/terminal/theme.ts";
import { line } from "./flows.ts";

const draw = (values: Float64Array, width = 80, others: Float64Array[] = []) =>
  plot(createTheme({ width }), {
    main: { name: "gradient", values, style: "main" },
    others: others.map((series) => ({ name: "probe", values: series, style: "second" as const })),
    axis: "step",
    end: "loss ▲",
  });

describe("axes", () => {
  it("steps by 1, 2 and 5", () => {
    expect([0.3, 1, 1.01, 2.5, 7, 30, 51].map(niceStep)).toEqual([1, 1, 2, 5, 10, 50, 100]);
  });
  it("puts ticks within the ends, no more than asked", () => {
    expect(ticks(-21.6, 0.3, 6)).toEqual([-20, -15, -10, -5, 0]);
    expect(ticks(0, 999, 6)).toEqual([0, 200, 400, 600, 800]);
    for (const most of [2, 3, 5, 9]) expect(ticks(-43_429, 12, most).length).toBeLessThanOrEqual(most);
  });
  it("spans as many decades as are asked for, none without a finite value", () => {
    expect(decades([Float64Array.of(0, 0)], 2)).toEqual({ low: -1, high: 1 });
    expect(decades([Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY)], 2)).toBeUndefined();
  });
  it("marks powers of ten, and of few decades round numbers: never fewer than three over a factor of two", () => {
    const labels = (low: number, high: number) => logTicks(low, high, 6).map(({ label }) => label);
    expect(labels(-21.6, 0.3)).toEqual(["1e-20", "1e-15", "1e-10", "1e-5", "1e0"]);
    expect(labels(-1.2, 0.1)).toEqual(["0.1", "0.3", "1"]);
    expect(labels(Math.log10(0.6), Math.log10(2.6))).toEqual(["0.7", "1", "1.5", "2"]);
    for (let low = -6; low < 6; low += 0.07) {
      const found = logTicks(low, low + 0.3, 6);
      expect(found.length, `from ${low}`).toBeGreaterThanOrEqual(3);
      expect(found.length).toBeLessThanOrEqual(6);
      for (const { at, label } of found) expect(Math.log10(Number(label))).toBeCloseTo(at, 10);
    }
  });
});

describe("braille", () => {
  it("sets the dots of Unicode 16's block", () => {
    const canvas = createCanvas(1, 1, false);
    canvas.column(0, 0, 0);
    expect(canvas.cell(0, 0)).toBe("⠁");
    canvas.column(1, 0, 3);
    expect(canvas.cell(0, 0)).toBe("⢹");
    canvas.column(0, 3, 1);
    expect(canvas.cell(0, 0)).toBe("⣿");
  });
});

describe("the plot", () => {
  it("falls from the loss at the right to the first station at the left", () => {
    const lines = draw(line(1000, -0.05));
    expect(lines[0]).toMatch(/[⠀-⣿]$/);
    expect(lines[11]).toMatch(/│[⠀-⣿]/);
    expect(lines.find((each) => each.includes("loss ▲"))).toMatch(/^ +step .* loss ▲$/);
    expect(lines.join("\n")).toContain("1e-10");
    expect(lines.find((each) => /^ +0 .*999$/.test(each))).toBeDefined();
  });

  it("draws float32's limits where the profile crosses them, and nowhere else", () => {
    const crossing = draw(line(1000, -0.12)).join("\n"); // down to 1e-52
    expect(crossing).toContain("float32 underflows, 1.4e-45");
    expect(crossing).toContain("float32 loses digits, 1.18e-38");
    expect(draw(line(1000, -0.05)).join("\n")).not.toContain("float32");
    expect(draw(line(1000, 0.12)).join("\n")).toContain("float32's largest, 3.4e38");
    const deep = draw(line(1000, -0.5)).join("\n"); // both limits in one row: the harder one is named
    expect(deep).toContain("underflows");
    expect(deep).not.toContain("loses digits");
  });

  it("marks a probe where it leaves the line", () => {
    const lines = draw(line(200, -0.2), 80, [line(200, -0.1)]);
    expect(lines.filter((each) => each.includes("·")).length).toBeGreaterThan(5);
  });

  it("shows stations that are exactly zero, or no number, in rows of their own", () => {
    const values = line(100, -0.1);
    values.fill(Number.NEGATIVE_INFINITY, 0, 50);
    values[60] = Number.NaN;
    const lines = draw(values);
    expect(lines.find((each) => /^ +0 │▁{30}/.test(each))).toBeDefined();
    expect(lines.find((each) => /^ +NaN │ +\?+$/.test(each))).toBeDefined();
  });

  it.each([1, 2, 3, 7, 50, 120, 100_000])("fits %d stations into every width", (stations) => {
    for (const width of [60, 80, 137, 200]) {
      for (const each of draw(line(stations, -0.3), width)) expect(visible(each)).toBeLessThanOrEqual(width);
    }
  });
});
