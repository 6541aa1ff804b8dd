import { EvanesceError } from "../../base/errors.ts";
import { networkJsonSchema } from "../../spec/json-schema.ts";
import { elements, parameterTable } from "../../spec/parameters.ts";
import { command } from "../command.ts";
import { examples } from "../help.ts";
import { ASSUMED, MODEL, requireNoModelOptions } from "../options/model.ts";
import { readNetworkFile } from "../spec.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { group, nothingLeft, option } from "../options/option.ts";
import { whole } from "../options/parsers.ts";

/** `evanesce schema`: prints the keys of specs or, for one spec, its parameters. */
export const schema = command({
  name: "schema",
  summary: "Print the JSON Schema of specs, or the name and shape of every parameter of one spec.",
  argument: { name: "[SPEC.json|MODEL]", help: "a network, or `map` for the keys of a sweep's map" },
  options: {
    sizes: group("Sizes", [
      option("--inputs <X>", "where the spec leaves inputs to its task", { parse: whole(1) }),
      option("--outputs <Y>", "where the spec leaves outputs to its task; no readout without", { parse: whole(1) }),
    ]),
    model: MODEL,
    assumed: ASSUMED,
    output: group("Output", [option("--table", "a table instead of JSON")]),
  },
  help: [
    examples(
      ["evanesce schema", "every key of both kinds of network, with its default"],
      ["evanesce schema net.json --inputs 2 --outputs 1", "every parameter as JSON"],
      ["evanesce schema net.json --table", "every parameter as a table"],
      ["evanesce schema map", "every key of a map that evanesce sweep fills"],
    ),
  ],
  run: async ({ argument: path, sizes, model, assumed, output }, { stdout }) => {
    const { inputs, outputs, ...more } = sizes;
    const { table, ...others } = output;
    nothingLeft(more);
    nothingLeft(others);
    if (path === "map") {
      const { mapJsonSchema } = await import("../../sweeps/map.ts");
      return stdout.write(`${JSON.stringify(mapJsonSchema(), null, 2)}\n`);
    }
    const choices = { ...model, ...assumed };
    if (path !== undefined) {
      const { spec } = await readNetworkFile(path, choices);
      return stdout.write(parameterList(path, spec, { inputs, outputs }, table === true));
    }
    requireNoModelOptions(choices, undefined);
    for (const [name, value] of Object.entries({ inputs, outputs, table })) {
      if (value === undefined) continue;
      throw new EvanesceError(`--${name}`, "together with a spec", value, "add SPEC.json");
    }
    return stdout.write(`${JSON.stringify(networkJsonSchema(), null, 2)}\n`);
  },
});

function parameterList(
  path: string,
  spec: NetworkSpec,
  sizes: { readonly inputs: number | undefined; readonly outputs: number | undefined },
  table: boolean,
): string {
  const inputs = size(path, "inputs", spec.inputs, sizes.inputs);
  const outputs = size(path, "outputs", spec.outputs, sizes.outputs);
  if (inputs === undefined) {
    throw new EvanesceError(`${path}.inputs`, "a whole number ≥ 1", undefined, "set it, or give --inputs X");
  }
  const parameters = parameterTable(spec, { inputs, outputs: outputs ?? null }).map(({ name, shape }) => ({
    name,
    shape,
  }));
  if (!table) {
    const lines = parameters.map(
      ({ name, shape }) => `  {"name": ${JSON.stringify(name)}, "shape": [${shape.join(", ")}]}`,
    );
    return `[\n${lines.join(",\n")}\n]\n`;
  }
  const width = Math.max(...parameters.map(({ name }) => name.length));
  const total = parameters.reduce((sum, { shape }) => sum + elements(shape), 0);
  const lines = parameters.map(({ name, shape }) => `${name.padEnd(width)}  [${shape.join(", ")}]`);
  return `${lines.join("\n")}\n${"".padEnd(width)}  ${total} numbers in ${parameters.length} tensors\n`;
}

/** The size from the spec or from the option. They must not differ. */
function size(path: string, key: string, own: number | undefined, option: number | undefined): number | undefined {
  if (own !== undefined && option !== undefined && own !== option) {
    throw new EvanesceError(`--${key}`, `${own}, as ${path} says`, option, `leave out --${key}`);
  }
  return own ?? option;
}
