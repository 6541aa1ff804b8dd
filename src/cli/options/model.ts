import { EvanesceError } from "../../base/errors.ts";
import type { ModelOptions } from "../../models/index.ts";
import { group, option, type ValuesOf, withValues } from "./option.ts";
import { names, type Parser } from "./parsers.ts";

/** `OLD=NEW`, several with commas between. */
const renames: Parser<Readonly<Record<string, string>>> = (text, name) =>
  Object.fromEntries(
    text.split(",").map((pair) => {
      const [from, to, ...more] = pair.split("=").map((part) => part.trim());
      if (from !== "" && to !== undefined && more.length === 0) return [from, to];
      throw new EvanesceError(
        name,
        "OLD=NEW, several with commas between",
        text,
        `write e.g. ${name} lstm=rnn,fc=readout`,
      );
    }),
  );

const list: Parser<readonly string[]> = (text) => text.split(",").map((part) => part.trim());

/** What to take of a model file, and under which names; also of a file of weights. */
export const MODEL = group("Model file", [
  option("--part <name>", "measure this part of the file alone: encoder.lstm"),
  option("--prefix <name>", "take only names that begin so: model.encoder"),
  option("--rename <old=new,…>", "other names for parts: lstm=rnn,fc=readout", { parse: renames }),
  option("--ignore <patterns>", "leave these out: teacher.*,aux", { parse: list }),
  option("--order <names>", "layers from first to last, where the file does not say: fc_in,fc_out", { parse: names }),
]);

/** What a file of weights alone does not say. */
export const ASSUMED = group("Model file", [
  option("--activation <name>", "between dense layers, where the file does not say (default: relu)"),
  option("--cell <name>", "of a recurrent layer with one gate, where the file does not say (default: tanh)"),
  option("--pooling <name>", "what a head reads, where the file does not say: last, final, mean, max (default: last)"),
]);

export type ModelValues = ValuesOf<typeof MODEL> & Partial<ValuesOf<typeof ASSUMED>>;

export const modelOptions = (values: Partial<ModelValues>): ModelOptions => withValues(values) as ModelOptions;

/** Refuses these options where nothing is read that they could choose from. @throws EvanesceError */
export function requireNoModelOptions(values: Partial<ModelValues>, path: string | undefined): void {
  const [given] = Object.keys(withValues(values));
  if (given === undefined) return;
  throw new EvanesceError(`--${given}`, "beside a model file, or --weights", path, "leave it out");
}
