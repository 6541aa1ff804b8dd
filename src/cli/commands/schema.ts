import { Command } from "commander";
import { EvanesceError } from "../../base/errors.ts";
import { networkJsonSchema } from "../../spec/json-schema.ts";
import { elements, parameterTable } from "../../spec/parameters.ts";
import { examples } from "../help.ts";
import type { Host } from "../host.ts";
import { readSpec } from "../spec.ts";
import { whole } from "../values.ts";

interface SchemaFlags {
  readonly inputs?: number;
  readonly outputs?: number;
  readonly table?: boolean;
}

/** `evanesce schema`: the keys of a spec; with a spec, the parameters it has. */
export function schemaCommand(host: Host): Command {
  return new Command("schema")
    .description("Print the JSON Schema of specs, or every parameter of one spec: name and shape.")
    .argument("[SPEC.json]", "a network")
    .option("--inputs <X>", "where the spec leaves inputs to its task", whole("--inputs", 1))
    .option("--outputs <Y>", "where the spec leaves outputs to its task; no readout without", whole("--outputs", 1))
    .option("--table", "a table instead of JSON")
    .addHelpText(
      "after",
      examples(
        ["evanesce schema", "every key of both kinds of network, with its default"],
        ["evanesce schema net.json --inputs 2 --outputs 1", "every parameter as JSON"],
        ["evanesce schema net.json --table", "for reading"],
      ),
    )
    .action((path: string | undefined, flags: SchemaFlags) => schema(path, flags, host));
}

async function schema(path: string | undefined, flags: SchemaFlags, host: Host): Promise<void> {
  if (path === undefined) {
    for (const option of ["inputs", "outputs", "table"] as const) {
      if (flags[option] === undefined) continue;
      throw new EvanesceError(`--${option}`, "together with a spec", flags[option], "add SPEC.json");
    }
    return host.stdout.write(`${JSON.stringify(networkJsonSchema(), null, 2)}\n`);
  }
  const spec = readSpec(path);
  const inputs = size(path, "inputs", spec.inputs, flags.inputs);
  const outputs = size(path, "outputs", spec.outputs, flags.outputs);
  if (inputs === undefined) {
    throw new EvanesceError(`${path}.inputs`, "a whole number ≥ 1", undefined, "set it, or give --inputs X");
  }
  const parameters = parameterTable(spec, { inputs, outputs: outputs ?? null }).map(({ name, shape }) => ({
    name,
    shape,
  }));
  if (!flags.table) {
    const lines = parameters.map(
      ({ name, shape }) => `  {"name": ${JSON.stringify(name)}, "shape": [${shape.join(", ")}]}`,
    );
    return host.stdout.write(`[\n${lines.join(",\n")}\n]\n`);
  }
  const width = Math.max(...parameters.map(({ name }) => name.length));
  const total = parameters.reduce((sum, { shape }) => sum + elements(shape), 0);
  const lines = parameters.map(({ name, shape }) => `${name.padEnd(width)}  [${shape.join(", ")}]`);
  return host.stdout.write(
    `${lines.join("\n")}\n${"".padEnd(width)}  ${total} numbers in ${parameters.length} tensors\n`,
  );
}

/** The spec's own, or the option's; not two that differ. */
function size(path: string, key: string, own: number | undefined, option: number | undefined): number | undefined {
  if (own !== undefined && option !== undefined && own !== option) {
    throw new EvanesceError(`--${key}`, `${own}, as ${path} says`, option, `leave out --${key}`);
  }
  return own ?? option;
}
