import { EvanesceError } from "../base/errors.ts";
import type { CommandContext } from "./context.ts";

/** Pixels for each CSS pixel: this gives 288 dots per inch, enough for print. */
const SCALE = 3;

/**
 * Fonts that have ‖, ∂ and Greek letters come first: if a letter is missing, the renderer takes the whole word from
 * another font.
 */
export const RASTER_FONTS = "'DejaVu Sans', 'Noto Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

type Resvg = typeof import("@resvg/resvg-js");

/** Turns SVG into PNG. */
export interface Rasterizer {
  png(svg: string): Uint8Array;
}

/**
 * Loads the optional package that draws SVG.
 * @throws EvanesceError if it is not installed
 */
export async function loadResvg(): Promise<Resvg> {
  try {
    return await import("@resvg/resvg-js");
  } catch {
    throw new EvanesceError(
      "--png",
      "the optional package @resvg/resvg-js, which draws SVG as PNG",
      "an installation without it",
      "run `npm install @resvg/resvg-js`, or write --svg",
    );
  }
}

/** Makes the renderer. Without any font it would draw figures without words; a message on standard error says so. */
export async function createRasterizer({ stderr }: CommandContext): Promise<Rasterizer> {
  const resvg = await loadResvg();
  const font = { loadSystemFonts: true } as const;
  const word = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="20"><text y="15">M</text></svg>';
  if (new resvg.Resvg(word, { font }).getBBox() === undefined) {
    await stderr.write("evanesce: no font is installed, so the PNG has no text; --svg keeps the text\n");
  }
  return {
    png: (svg) => new resvg.Resvg(svg, { font, fitTo: { mode: "zoom", value: SCALE } }).render().asPng(),
  };
}
