import { mkdirSync, type Stats, statSync } from "node:fs";
import { extname, join } from "node:path";
import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { figureId } from "../../report/kit/figure/figure-id.ts";
import type { Figure, ReadResult } from "../../report/pages.ts";
import { requireWritable, writeWhole } from "../files.ts";
import type { CommandContext } from "../context.ts";
import { createRasterizer, loadResvg, RASTER_FONTS } from "../png.ts";
import { group, nothingLeft, option, type ValuesOf } from "./option.ts";

/** Files to which a result is also written. */
export const FILES = group("Output", [
  option("--html <file>", "also write the report as one self-contained page"),
  option("--svg <path>", "also write the main figure as FILE.svg, or every figure into a folder"),
  option("--png <path>", "the same as PNG, with 288 dots per inch"),
  option(
    "--figure-data <path>",
    "also write the numbers of the figure as FILE.csv or FILE.json, or those of every figure into a folder",
  ),
  option("--figure <id>", "the figure that FILE holds (default: the first; write all to a folder to see their names)"),
]);

export type FileValues = ValuesOf<typeof FILES>;

const KINDS = [
  { flag: "svg", option: "--svg", endings: [".svg"] },
  { flag: "png", option: "--png", endings: [".png"] },
  { flag: "figureData", option: "--figure-data", endings: [".csv", ".json"] },
] as const;

/** Checks before the work that the files can be written after it; refuses those that cannot. @throws EvanesceError */
export async function requireFiles(files: FileValues): Promise<void> {
  if (files.png !== undefined) await loadResvg();
  if (files.html !== undefined) requireWritable(files.html);
  for (const { flag, option, endings } of KINDS) {
    const path = files[flag];
    if (path === undefined) continue;
    const ending = extname(path).toLowerCase();
    if (isFolder(path, endings)) {
      if (ending !== "" && !existingFolder(path)) {
        throw new EvanesceError(option, `a file that ends in ${endings.join(" or ")}, or a folder`, path, "rename it");
      }
      makeFolder(path);
    } else requireWritable(path);
  }
  if (files.figure !== undefined && KINDS.every(({ flag }) => files[flag] === undefined)) {
    throw new EvanesceError("--figure", "together with --svg, --png or --figure-data", files.figure, "add one");
  }
}

const existingFolder = (path: string) => standing(path)?.isDirectory() === true;

/** The file or folder at a path; undefined if there is none. */
function standing(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // the attempt to write will report the fault
  }
}

/** Whether a path is a folder: it exists as a folder, or does not exist and has no ending of a file. */
const isFolder = (path: string, endings: readonly string[]) =>
  standing(path)?.isDirectory() ?? !endings.includes(extname(path).toLowerCase());

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new EvanesceError(path, "a folder that can be made", (error as Error).message, "give another path");
  }
}

/** Whether any file was requested. */
const wantsFiles = (files: FileValues): boolean =>
  files.html !== undefined || KINDS.some(({ flag }) => files[flag] !== undefined);

/** Writes every requested file. The code that draws is loaded only here. @throws EvanesceError */
export async function writeFiles(read: ReadResult, values: FileValues, context: CommandContext): Promise<void> {
  const { html, svg, png, figureData, figure: id, ...rest } = values;
  nothingLeft(rest);
  if (!wantsFiles(values)) return;
  const { figuresOf, figureToCsv, figureToJson, figureToSvg, pageOf, reportToHtml } = await import(
    "../../report/pages.ts"
  );
  const figures = figuresOf(read);
  if (html !== undefined) writeWhole(html, encoded(reportToHtml(pageOf(read))));
  if (svg !== undefined) write(svg, ".svg", [".svg"], (figure) => encoded(figureToSvg(figure)));
  if (png !== undefined) {
    const raster = await createRasterizer(context);
    write(png, ".png", [".png"], (figure) => raster.png(figureToSvg(figure, { fonts: RASTER_FONTS })));
  }
  if (figureData !== undefined) {
    const json = extname(figureData).toLowerCase() === ".json";
    const endings = [".csv", ".json"];
    write(figureData, ".csv", endings, (figure) => encoded(json ? figureToJson(figure) : figureToCsv(figure)));
    if (isFolder(figureData, endings)) {
      write(figureData, ".json", endings, (figure) => encoded(figureToJson(figure)));
    }
  }

  function write(path: string, ending: string, endings: readonly string[], draw: (figure: Figure) => Uint8Array): void {
    const folder = isFolder(path, endings);
    const those = folder && id === undefined ? figures : [chosenFigure(figures, id)];
    for (const figure of those) writeWhole(folder ? join(path, `${figureId(figure.id)}${ending}`) : path, draw(figure));
  }
}

/** The paths that these options write. */
export const writtenPaths = ({ html, svg, png, figureData }: FileValues): string[] =>
  [html, svg, png, figureData].filter((path) => path !== undefined);

function chosenFigure(figures: readonly Figure[], id: string | undefined): Figure {
  const ids = figures.map((figure) => figure.id);
  const found = figures.find((figure) => id === undefined || figure.id === id);
  if (found !== undefined) return found;
  const near = id === undefined ? undefined : nearest(id, ids);
  const remedy = near === undefined ? "choose one of these" : `did you mean ${near}?`;
  throw new EvanesceError("--figure", `one of ${ids.join(", ")}`, id, remedy);
}

const encoded = (text: string) => new TextEncoder().encode(text);
