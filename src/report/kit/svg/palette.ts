/*
 * Colors that readers with a common color-vision deficiency can tell apart: the hues of Okabe and Ito (2008), darker on
 * white and lighter on near-black, with a contrast of at least 3 to 1. Dash and marker also tell the series apart.
 */

export interface SeriesLook {
  readonly light: string;
  readonly dark: string;
  /** SVG's stroke-dasharray; empty for a solid line. */
  readonly dash: string;
}

/** The look of each slot: blue, vermilion, green, purple, amber, sky, gray, black. */
export const SERIES: readonly SeriesLook[] = [
  { light: "#0072b2", dark: "#5ab4ec", dash: "" },
  { light: "#d55e00", dark: "#f08a3c", dash: "5 3" },
  { light: "#00825f", dark: "#2fc79b", dash: "1.5 2.5" },
  { light: "#a8477f", dark: "#e09cc4", dash: "8 3 1.5 3" },
  { light: "#b07a00", dark: "#e8b73a", dash: "10 3" },
  { light: "#3a93c9", dark: "#9fd6f7", dash: "3 2" },
  { light: "#6b6b6b", dark: "#a5a5a5", dash: "6 2 1.5 2 1.5 2" },
  { light: "#1a1a1a", dark: "#f2f2f2", dash: "14 2" },
];

/** The look of a series by its number. */
export const lookOf = (slot: number): SeriesLook => SERIES[slot % SERIES.length];

/** Colors of everything that is not a series. */
export const INK = {
  light: {
    ink: "#1b1b1b",
    soft: "#5c5c5c",
    faint: "#dcdcdc",
    ground: "#ffffff",
    good: "#1b6e3c",
    warn: "#8a5a00",
    bad: "#b3261e",
  },
  dark: {
    ink: "#ececec",
    soft: "#a8a8a8",
    faint: "#3a3d42",
    ground: "#16181b",
    good: "#7fd6a2",
    warn: "#f0c15a",
    bad: "#ff8a80",
  },
} as const;

/** The name of such a color. */
export type InkName = keyof (typeof INK)["light"];

/**
 * The source of a figure's colors: fixed colors for a file of its own, or variables for a page that can be light or
 * dark.
 */
export interface Palette {
  series(slot: number): string;
  ink(name: InkName): string;
}

/** Fixed light colors, for a file. */
export const paper: Palette = { series: (slot) => lookOf(slot).light, ink: (name) => INK.light[name] };

/** Variables, for a page that defines `--s0` … and `--ink` …. */
export const page: Palette = {
  series: (slot) => `var(--s${slot % SERIES.length})`,
  ink: (name) => `var(--${name})`,
};

/**
 * Viridis (van der Walt and Smith 2015) at eleven places. Its lightness is monotonic, so a gray print keeps the order.
 */
const VIRIDIS = [
  [68, 1, 84],
  [72, 36, 117],
  [65, 68, 135],
  [53, 95, 141],
  [42, 120, 142],
  [33, 145, 140],
  [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81],
  [189, 223, 38],
  [253, 231, 37],
] as const;

/** Red, green and blue, 0 to 255 each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The color of a share 0 … 1 of a heat map's range, by linear interpolation between the places. */
export function heatColor(share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const part = place - low;
  const mix = (i: 0 | 1 | 2) => Math.round(VIRIDIS[low][i] + part * (VIRIDIS[low + 1][i] - VIRIDIS[low][i]));
  return [mix(0), mix(1), mix(2)];
}

/** The colors of a cell that is exactly zero on a logarithmic scale, and of one that is NaN or infinite. */
export const HEAT_ZERO: Rgb = [0, 0, 0];
export const HEAT_NAN: Rgb = [213, 94, 0];

/** A color in the syntax of style sheets. */
export const cssColor = ([red, green, blue]: Rgb): string => `rgb(${red},${green},${blue})`;
