import { INK, SERIES } from "../../src/report/kit/svg/palette.ts";

/** The parts of the page that come from the code of reports. */
export { POLICY } from "./policy.ts";

const EXTRAS = {
  light: { panel: "#f6f5f1", sheet: "#fffffb", link: "#005a8f", "on-link": "#ffffff" },
  dark: { panel: "#1e2125", sheet: "#16181b", link: "#7cc4f2", "on-link": "#10212c" },
} as const;

/** The palette of every report, as variables of the page. */
export function paletteCss(): string {
  const variables = (side: "light" | "dark") =>
    [
      ...Object.entries({ ...INK[side], ...EXTRAS[side] }).map(([name, color]) => `--${name}:${color}`),
      ...SERIES.map((look, slot) => `--s${slot}:${look[side]}`),
    ].join(";");
  return `:root{${variables("light")}}@media(prefers-color-scheme:dark){:root{${variables("dark")}}}`;
}
