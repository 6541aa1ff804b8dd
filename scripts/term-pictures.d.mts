/** The text of every picture of a term, by name. */
export function termPictures(
  library: Pick<typeof import("../src/index.ts"), "propagate" | "diagnose">,
  report: Pick<typeof import("../src/report/pages.ts"), "figureToSvg">,
): Record<string, string>;
