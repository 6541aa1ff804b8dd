import type { Figure, Mark } from "../figure/figure.ts";
import { type Markup, markup } from "../markup.ts";
import { BAND_OPACITY, FEW_POINTS } from "./frame.ts";
import { marker } from "./marks.ts";
import { lookOf, type Palette } from "./palette.ts";
import { THEORY_SLOT } from "./segments.ts";
import { at } from "./text.ts";

/** One entry of a legend. */
export interface LegendEntry {
  readonly name: string;
  readonly slot: number;
  readonly form: "line" | "points" | "area" | "band";
  /** Whether the line shows its points. */
  readonly marked?: boolean;
  /** Whether it is drawn without the dashes of its slot, as lines over a map are. */
  readonly solid?: boolean;
  /** Identifies the drawing of the entry within its figure: index of the mark, and of its part. */
  readonly key: string;
}

/**
 * Every series of a figure: lines before areas, the main one first. A single series needs no legend unless it lies over
 * a map.
 */
export function legendOf({ marks }: Pick<Figure, "marks">): LegendEntry[] {
  const entries = marks.flatMap(entriesOf).sort((a, b) => rank(a) - rank(b));
  return entries.length < 2 && !marks.some(({ kind }) => kind === "segments") ? [] : entries;
}

const rank = ({ form, slot }: LegendEntry) => (form === "area" || form === "band" ? 100 : slot);

function entriesOf(mark: Mark, index: number): LegendEntry[] {
  switch (mark.kind) {
    case "line": {
      const { name, slot, points } = mark;
      const form = points ? "points" : "line";
      return [{ name, slot, form, marked: mark.y.length <= FEW_POINTS, key: markKey(index) }];
    }
    case "band":
      return [{ name: mark.name, slot: mark.slot, form: "band", key: markKey(index) }];
    case "interval":
      return [{ name: mark.name, slot: mark.slot, form: "points", key: markKey(index) }];
    case "segments":
      if (mark.weight === "contour") return []; // contours are labeled with their values
      return [{ name: mark.name, slot: THEORY_SLOT, form: "line", solid: true, key: markKey(index) }];
    case "stack":
      return mark.parts.map(({ name, slot }, part) => ({ name, slot, form: "area", key: markKey(index, part) }));
    default:
      return []; // rules are labeled with their names, and a heat map has its own scale
  }
}

/** Identifies the drawing of a mark, or of one part of it, within its figure. */
export const markKey = (index: number, part?: number): string => (part === undefined ? `${index}` : `${index}.${part}`);

/** Width of a swatch. */
export const SWATCH = 20;

/** The sample of an entry's color, dash and marker, its left end at x and its middle at y. */
export function swatch({ slot, form, marked, solid }: LegendEntry, x: number, y: number, palette: Palette): Markup {
  const color = palette.series(slot);
  const { dash } = lookOf(slot);
  const middle = markup`transform="translate(${at(x + SWATCH / 2)},${at(y)})" fill="${color}"`;
  if (form === "area" || form === "band") {
    const opacity = form === "band" ? BAND_OPACITY : 1;
    return markup`<rect x="${at(x)}" y="${at(y - 5)}" width="${SWATCH}" height="10" fill="${color}" fill-opacity="${opacity}"/>`;
  }
  if (form === "points") return markup`<path d="${marker(slot, 32)}" ${middle}/>`;
  const dashes = dash !== "" && solid !== true && markup` stroke-dasharray="${dash}"`;
  return markup`<path d="M${at(x)},${at(y)}h${SWATCH}" stroke="${color}" stroke-width="2"${dashes}/>${marked && markup`<path d="${marker(slot)}" ${middle}/>`}`;
}
