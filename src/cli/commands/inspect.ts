import { EvanesceError } from "../../base/errors.ts";
import { writeSafetensors } from "../../formats/index.ts";
import type { Model } from "../../models/index.ts";
import { assembled, type Contents, listed, openModel } from "../../models/open.ts";
import { type NetworkSpec, parseSpec } from "../../spec/index.ts";
import { type NetworkSizes, parameterTable } from "../../spec/parameters.ts";
import { command } from "../command.ts";
import { requireWritable, writeWhole } from "../files.ts";
import { examples } from "../help.ts";
import { ASSUMED, MODEL, modelOptions } from "../options/model.ts";
import { group, nothingLeft, option } from "../options/option.ts";
import { isSpec, openFile } from "../spec.ts";

/** `evanesce inspect`: lists the contents of a model file and the spec that it becomes. */
export const inspect = command({
  name: "inspect",
  summary: "List the contents of a model file, and the spec that it becomes.",
  argument: {
    name: "<MODEL>",
    help: "PyTorch .pt or .pth, safetensors, Keras .h5 or .keras, TensorFlow.js model.json, ONNX",
  },
  options: {
    model: MODEL,
    assumed: ASSUMED,
    output: group("Output", [
      option("--json", "print one JSON object, evanesce.model/1"),
      option("--spec <file>", "write the spec to this file"),
      option("--save <file>", "write the parameters to this file as safetensors, under the names of the spec"),
    ]),
  },
  help: [
    examples(
      ["evanesce inspect model.pt", "the parts with names and shapes, and what each becomes"],
      ["evanesce inspect model.pt --part encoder.lstm", "one part alone"],
      ["evanesce inspect mlp.safetensors --activation tanh", "names the activation, which a state_dict does not hold"],
      ["evanesce propagate model.pt", "measures the gradient of the model"],
    ),
  ],
  run: async ({ argument: path, model, assumed, output }, { stdout }) => {
    const { json, spec, save, ...more } = output;
    nothingLeft(more);
    for (const file of [spec, save]) if (file !== undefined) requireWritable(file);
    const { bytes, source, name } = openFile(path);
    if (isSpec(bytes)) {
      throw new EvanesceError(
        name,
        "a model file",
        "a spec, or other text",
        "`evanesce schema SPEC.json` shows a spec",
      );
    }
    const options = modelOptions({ ...model, ...assumed });
    const contents = await openModel(source, { ...options, name });
    let read: Model;
    try {
      read = assembled(contents, options);
    } catch (error) {
      // the list of parts helps the user to choose, as the message asks
      if (!json) await stdout.write(`${heading(contents)}\n${partLines(contents.file, listed(contents.parts), false)}`);
      throw error;
    }
    if (spec !== undefined)
      writeWhole(spec, new TextEncoder().encode(`${JSON.stringify(ownKeys(read.spec), null, 2)}\n`));
    if (save !== undefined) writeWhole(save, writeSafetensors(tensors(read), { format: "pt" }));
    await stdout.write(json ? asJson(read) : asText(read, path, contents));
  },
});

const sizesOf = ({ inputs = 1, outputs }: NetworkSpec): NetworkSizes => ({ inputs, outputs: outputs ?? null });

const tensors = ({ spec, parameters }: Model) =>
  parameterTable(spec, sizesOf(spec)).map(({ name, shape }) => [name, { shape, data: parameters[name] }] as const);

function asJson({ file, format, spec, parameters: _, notes, parts }: Model): string {
  const parameters = parameterTable(spec, sizesOf(spec)).map(({ name, shape }) => ({ name, shape }));
  return `${JSON.stringify({ schema: "evanesce.model/1", file, format, parts, spec, parameters, notes }, null, 2)}\n`;
}

function asText(model: Model, path: string, contents: Contents): string {
  const notes = model.notes.map((note) => `  ${note}\n`).join("");
  const next = `evanesce propagate ${/^[\w./@%+-]+$/.test(path) ? path : `'${path}'`}`;
  return [
    `${heading(contents)}\n`,
    partLines(model.file, model.parts),
    `\nbecomes\n  ${JSON.stringify(ownKeys(model.spec))}\n`,
    notes === "" ? "" : `\nnotes\n${notes}`,
    `\nnext\n  ${next}\n`,
  ].join("");
}

const heading = ({ file, format }: Contents): string => `${file}: ${format}`;

function partLines(file: string, parts: Model["parts"], chosen = true): string {
  const rows = parts.map(({ name, what, shapes, as }) => {
    const tensorsIn = Object.entries(shapes).map(([leaf, shape]) => `${leaf} [${shape.join(", ")}]`);
    const names = tensorsIn.length > 4 ? [...tensorsIn.slice(0, 3), `… ${tensorsIn.length} tensors`] : tensorsIn;
    return [name || file, what, chosen ? (as === null ? "left out" : `→ ${as}`) : "", names.join(", ")];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length), 0));
  return rows
    .map((row) => `  ${row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell)).join("  ")}`.trimEnd())
    .map((line) => `${line}\n`)
    .join("");
}

/** The keys of a spec that differ from their defaults. */
function ownKeys(spec: NetworkSpec): Record<string, unknown> {
  const usual = parseSpec({ kind: spec.kind }) as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(spec).filter(([key, value]) => {
      const always = ["kind", "cell", "activation", "inputs", "hidden", "width", "depth"].includes(key);
      return always || JSON.stringify(value) !== JSON.stringify(usual[key]);
    }),
  );
}
