import type { GradientFlow } from "../../../../src/flow/index.ts";
import { LN_FLOAT32_LEAST } from "../../../../src/report/kit/float32.ts";
import { heatColor } from "../../../../src/report/kit/svg/palette.ts";
import { sheetOf, ticks } from "./canvas.ts";
import { colors, LABEL_FONT } from "./colors.ts";
import { byId } from "./dom.ts";
import { type Chart, createChart } from "./lines.ts";

/** Theory's expectation of a profile, in the profile's units. */
export interface Expected {
  readonly lnExpected: Float64Array | null;
  readonly band: { readonly low: Float64Array; readonly high: Float64Array } | null;
}

export interface ProfileView {
  draw(flow: GradientFlow, pinned: GradientFlow | null, theory: Expected | null): void;
}

/** ln of the smallest number a float16 holds, 2⁻²⁴, and of the largest, 65504. */
const LN_FLOAT16_LEAST = -24 * Math.LN2;
const LN_FLOAT16_MOST = Math.log(65504);

const DECADES = Math.LN10;
const SUPERSCRIPT: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

/** A power of ten: `10⁻¹²`, and between two of them `3×10⁻¹²`. */
export function powerText(log10: number): string {
  const whole = Math.round(log10);
  const up = (n: number) => [...String(n)].map((digit) => SUPERSCRIPT[digit] ?? digit).join("");
  if (Math.abs(log10 - whole) < 1e-6) return whole === 0 ? "1" : whole === 1 ? "10" : `10${up(whole)}`;
  const floor = Math.floor(log10);
  const digits = 10 ** (log10 - floor);
  if (floor >= -2 && floor <= 2) return (10 ** log10).toPrecision(2);
  return `${digits.toFixed(1)}×10${up(floor)}`;
}

/** At least three decades, so that noise is not stretched to look like a signal. */
const LEAST_DECADES = 3;

/** The gradient's norm at every station, on a logarithmic axis and as a strip of light. */
export function createProfile(): ProfileView {
  let noun = "step";
  const chart: Chart = createChart(byId("profile"), {
    height: 300,
    lines: [
      { label: "theory: 95 % of networks lie here", slot: 2, width: 0, band: true },
      { label: "theory, lower end", slot: 2, width: 0 },
      { label: "theory", slot: 2, dash: [6, 4] },
      { label: "random vectors (the path alone)", slot: 5, width: 1.5, dash: [2, 3] },
      { label: "B, pinned", slot: 3, dash: [8, 3, 2, 3] },
      { label: "the loss's gradient", slot: 0, width: 2.5 },
    ],
    yText: powerText,
    xText: (value) => String(Math.round(value)),
    yTicks: (low, high) => ticks(low, high, 6).filter((place) => Number.isInteger(place)),
    yRange: (low, high) => {
      if (low === null || high === null) return [-3, 0.5];
      const middle = (low + high) / 2;
      const half = Math.max(LEAST_DECADES, high - low) / 2;
      return [Math.floor(middle - 1.06 * half), Math.ceil(middle + 1.06 * half)];
    },
    levels: () => [
      { at: LN_FLOAT16_LEAST / DECADES, label: "below: zero in float16" },
      { at: LN_FLOAT32_LEAST / DECADES, label: "below: zero in float32" },
      { at: LN_FLOAT16_MOST / DECADES, label: "above: infinite in float16" },
      { at: (128 * Math.LN2) / DECADES, label: "above: infinite in float32" },
    ],
    xLabel: () => `←  input      ${noun}      loss  →`,
    none: () => "There is no number to draw: every value is NaN or zero.",
  });
  const strip = byId<HTMLCanvasElement>("strip");
  return {
    draw(flow, pinned, theory) {
      noun = flow.axis;
      const length = Math.max(flow.lnGradientNorm.length, pinned?.lnGradientNorm.length ?? 0);
      const x = Array.from({ length }, (_, i) => i);
      chart.draw(x, [
        decades(theory?.band?.high, length),
        decades(theory?.band?.low, length),
        decades(theory?.lnExpected, length),
        decades(probeOf(flow), length),
        decades(pinned?.lnGradientNorm, length),
        decades(flow.lnGradientNorm, length),
      ]);
      drawStrip(strip, flow);
    },
  };
}

/** The probe's profile, shifted so that it begins at the same value as the loss's. */
function probeOf({ probe, lnGradientNorm }: GradientFlow): Float64Array | undefined {
  if (probe === undefined) return undefined;
  const last = lnGradientNorm.length - 1;
  const shift = lnGradientNorm[last] - probe.lnGradientNorm[last];
  return Number.isFinite(shift) ? probe.lnGradientNorm.map((value) => value + shift) : probe.lnGradientNorm;
}

/** Natural logarithms as powers of ten; stations are counted back from the loss where lengths differ. */
function decades(ln: Float64Array | null | undefined, length: number): (number | null)[] {
  const values: (number | null)[] = new Array(length).fill(null);
  if (ln === null || ln === undefined) return values;
  const shift = length - ln.length;
  for (let s = 0; s < ln.length; s++) if (Number.isFinite(ln[s])) values[s + shift] = ln[s] / DECADES;
  return values;
}

/** Six decades from full light to dark: a station that gets a millionth of the gradient, or less, is black. */
const DARK = 6 * Math.LN10;

/** One cell for each station: its lightness is the station's gradient relative to the largest. */
function drawStrip(canvas: HTMLCanvasElement, { lnGradientNorm: ln, axis }: GradientFlow): void {
  const { context, width, height } = sheetOf(canvas);
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of ln) if (value > largest && Number.isFinite(value)) largest = value;
  const cells = Math.min(ln.length, Math.max(1, Math.floor(width / 3)));
  const gap = cells <= width / 6 ? 1 : 0;
  for (let i = 0; i < cells; i++) {
    const value = ln[Math.min(ln.length - 1, Math.floor(((i + 0.5) * ln.length) / cells))];
    const share = Number.isFinite(value) ? Math.max(0, 1 + (value - largest) / DARK) : 0;
    const [red, green, blue] = Number.isNaN(value) ? [213, 94, 0] : share === 0 ? [12, 10, 20] : heatColor(share);
    context.fillStyle = `rgb(${red},${green},${blue})`;
    const from = (i * width) / cells;
    context.fillRect(from, 0, Math.max(0.5, width / cells - gap), height - 18);
  }
  context.font = LABEL_FONT;
  context.fillStyle = colors().soft;
  context.textBaseline = "bottom";
  context.textAlign = "left";
  context.fillText(axis === "step" ? "first step" : "first layer", 0, height);
  context.textAlign = "right";
  context.fillText("loss", width, height);
}
