import { EvanesceError } from "../../base/errors.ts";
import type { ModelOptions } from "../../models/index.ts";
import { group, option, type ValuesOf, withValues } from "./option.ts";
import { names, type Parser, whole } from "./parsers.ts";

/** `OLD=NEW`, or several of them separated by commas. */
const renames: Parser<Readonly<Record<string, string>>> = (text, name) =>
  Object.fromEntries(
    text.split(",").map((pair) => {
      const [from, to, ...more] = pair.split("=").map((part) => part.trim());
      if (from !== "" && to !== undefined && more.length === 0) return [from, to];
      throw new EvanesceError(
        name,
        "OLD=NEW, or several of them separated by commas",
        text,
        `write e.g. ${name} lstm=rnn,fc=readout`,
      );
    }),
  );

const list: Parser<readonly string[]> = (text) => text.split(",").map((part) => part.trim());

/** The argument of commands that take a network by a file or by options. */
export const SPEC_OR_MODEL = {
  name: "[SPEC.json|MODEL]",
  help: "a spec or a model file; without it, the options below describe a network, as in `rnn` and `mlp`",
};

/** Options that choose tensors of a model file, or of a file of weights, and rename them. */
export const MODEL = group("Model file", [
  option("--part <name>", "measure this part of the file alone: encoder.lstm"),
  option("--prefix <name>", "take only tensors whose names begin with this: model.encoder"),
  option("--rename <old=new,…>", "other names for parts: lstm=rnn,fc=readout", { parse: renames }),
  option("--ignore <patterns>", "leave these tensors out: teacher.*,aux", { parse: list }),
  option("--order <names>", "layers from first to last, if the file does not hold their order: fc_in,fc_out", {
    parse: names,
  }),
]);

/** Facts that a file of weights does not hold. */
export const ASSUMED = group("Model file", [
  option("--activation <name>", "activation between dense layers, if the file does not hold it (default: relu)"),
  option("--cell <name>", "cell of a recurrent layer with one gate, if the file does not hold it (default: tanh)"),
  option(
    "--pooling <name>",
    "the state that a head reads, if the file does not hold it: last, final, mean, max (default: last)",
  ),
  option("--decoder <D>", "number of last steps that the decoder runs, for a file with an encoder and a decoder", {
    parse: whole(1),
  }),
]);

export type ModelValues = ValuesOf<typeof MODEL> & Partial<ValuesOf<typeof ASSUMED>>;

export const modelOptions = (values: Partial<ModelValues>): ModelOptions => withValues(values) as ModelOptions;

/** Refuses these options if no file is read to which they could apply. @throws EvanesceError */
export function requireNoModelOptions(values: Partial<ModelValues>, path: string | undefined): void {
  const [set] = Object.keys(withValues(values));
  if (set === undefined) return;
  throw new EvanesceError(`--${set}`, "together with a model file or --weights", path, "leave it out");
}
