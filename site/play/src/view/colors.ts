/** The page's colors as canvases take them: read from its style, and again if the reader switches the color scheme. */
export interface Colors {
  readonly ink: string;
  readonly soft: string;
  readonly faint: string;
  readonly ground: string;
  readonly good: string;
  readonly bad: string;
  /** By slot, as in every report. */
  readonly series: readonly string[];
}

let known: Colors | undefined;
const DARK = matchMedia("(prefers-color-scheme: dark)");

export function colors(): Colors {
  if (known === undefined) {
    const style = getComputedStyle(document.documentElement);
    const of = (name: string) => style.getPropertyValue(name).trim();
    known = {
      ink: of("--ink"),
      soft: of("--soft"),
      faint: of("--faint"),
      ground: of("--ground"),
      good: of("--good"),
      bad: of("--bad"),
      series: Array.from({ length: 8 }, (_, slot) => of(`--s${slot}`)),
    };
  }
  return known;
}

/** Calls `redraw` whenever the colors have changed. */
export function onColors(redraw: () => void): void {
  DARK.addEventListener("change", () => {
    known = undefined;
    redraw();
  });
}

/** The fonts of labels in canvases. */
export const LABEL_FONT =
  '12px system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif';
