/*
 * Model files written by their own frameworks, with the gradients these compute: entries of *.golden.json, whose inputs
 * and targets are formulas (golden.py says which).
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Model, type ModelOptions, readModel } from "../../src/models/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { taskBatch } from "../../src/tasks/index.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface Entry {
  readonly file: string;
  readonly about: string;
  readonly options: ModelOptions;
  /** What the spec must say; keys left out are its defaults. */
  readonly spec: Record<string, unknown>;
  readonly steps: number;
  /** Y where there is a readout and with it a mean squared error; null for the sum of the last state. */
  readonly outputs: number | null;
  /** Of a network with an embedding: tokens (7 i + 3) mod V take the place of numbers. */
  readonly tokens?: number;
  /** Steps of each sample, where they differ. */
  readonly lengths?: readonly number[];
  /** Words that some note must hold. */
  readonly notes: readonly string[];
  /** float32, base64, by our names. */
  readonly gradients: Readonly<Record<string, string>>;
}

export const BATCH = 3;
const DENSE_BATCH = 8;

export const goldens = (): Entry[] =>
  readdirSync(here("."))
    .filter((file) => file.endsWith(".golden.json"))
    .flatMap((file) => JSON.parse(readFileSync(here(file), "utf8")) as Entry[]);

export const filePath = (file: string): string => here(`files/${file}`);

export const decode = (text: string): Float32Array => {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
};

const formula = (count: number, value: (i: number) => number) =>
  Float32Array.from({ length: count }, (_, i) => value(i));

/** Every gradient's relative error, ‖g − g′‖ / ‖g′‖, of a model against its source. */
export function errors(model: Model, entry: Entry): Record<string, number> {
  const { spec, parameters } = model;
  const network = createNetwork(spec);
  try {
    for (const [name, values] of Object.entries(parameters)) network.parameters.set(name, values);
    const recurrent = spec.kind === "recurrent";
    const X = spec.inputs as number;
    const B = recurrent ? BATCH : DENSE_BATCH;
    const shape = recurrent ? [entry.steps, B, X] : [B, X];
    const count = shape.reduce((product, axis) => product * axis, 1);
    const Y = entry.outputs;
    const targets =
      Y === null ? {} : { targets: { shape: [B, Y], data: formula(B * Y, (i) => Math.cos(1.3 * i + 0.1)) } };
    const { tokens, lengths } = entry;
    const inputs =
      tokens === undefined
        ? { shape, data: formula(count, (i) => Math.sin(0.7 * i + 0.3)) }
        : { shape: shape.slice(0, 2), data: formula(entry.steps * B, (i) => (7 * i + 3) % tokens) };
    const task = { name: "arrays", kind: spec.kind, inputs, ...targets, ...(tokens === undefined ? {} : { tokens }) };
    const own = lengths === undefined ? {} : { lengths: { shape: [B], data: Int32Array.from(lengths) } };
    network.propagate(taskBatch({ task: { ...task, ...own } }), { masks: false });
    return Object.fromEntries(
      Object.entries(entry.gradients).map(([name, text]) => [
        name,
        relative(network.gradients.get(name), decode(text)),
      ]),
    );
  } finally {
    network.dispose();
  }
}

function relative(ours: ArrayLike<number>, theirs: Float32Array): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < theirs.length; i++) {
    difference += (ours[i] - theirs[i]) ** 2;
    norm += theirs[i] ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

export const read = (entry: Entry): Promise<Model> => readModel(filePath(entry.file), entry.options);
