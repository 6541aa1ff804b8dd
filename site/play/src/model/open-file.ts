import { EvanesceError } from "../../../../src/base/errors.ts";
import { decodeText } from "../../../../src/formats/index.ts";
import { parseJson } from "../../../../src/formats/json.ts";
import { readModel } from "../../../../src/models/index.ts";
import type { FlowResult } from "../../../../src/report/flow/result.ts";
import { parseSpec } from "../../../../src/spec/index.ts";
import type { NetworkInput } from "../../../../src/spec/index.ts";
import type { Opened } from "../messages.ts";
import { firstOf } from "./first.ts";
import { type Experiment, measureOnce, type Own } from "./experiment.ts";

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly current: Experiment;
}

/** The result of a file: the new experiment, and the data or weights that an address cannot hold. */
interface Brought {
  readonly opened: Opened;
  readonly own: Own;
}

const KINDS = "a spec or a result (.json), weights or a model (.safetensors, .pt, .h5, .keras, .onnx), a table (.csv)";

/**
 * Opens a file of the visitor, by its ending and its contents: a spec becomes the network, a model its network and
 * weights, a table the task, a flow's JSON the profile to compare with.
 *
 * @throws EvanesceError for any other file, and for one that breaks a rule
 */
export async function openFile({ name, bytes, current }: File): Promise<Brought> {
  const ending = /\.(\w+)$/.exec(name.toLowerCase())?.[1] ?? "";
  if (["csv", "tsv", "txt"].includes(ending)) return table(name, bytes, current);
  if (ending === "json") return await json(name, bytes, current);
  if (["safetensors", "pt", "pth", "h5", "keras", "onnx"].includes(ending)) return await model(name, bytes, current);
  throw new EvanesceError("file", KINDS, name, "choose one of these");
}

/** A table's last column is the target, and the other columns are the inputs. */
function table(name: string, bytes: Uint8Array, current: Experiment): Brought {
  const task = { name: current.network.kind === "recurrent" ? "sequential_csv" : "csv_classes", file: name };
  const experiment = { ...current, task, edits: {} };
  measureOnce(experiment, { data: bytes }); // measured once now, so that an error is thrown here, with its own message
  const notes = [`${name}: the last column is asked for, the others are the inputs. The file stays in this tab.`];
  return { opened: { kind: "experiment", experiment, notes, weights: false }, own: { data: bytes } };
}

async function json(name: string, bytes: Uint8Array, current: Experiment): Promise<Brought> {
  const value = parseJson(name, decodeText(name, bytes), "save the file again");
  const { schema, kind } = (value ?? {}) as { schema?: unknown; kind?: unknown };
  if (schema === "evanesce.flow/1") {
    const { readResult } = await import("../../../../src/report/pages.ts");
    const { flow, diagnosis } = readResult(value, name).result as FlowResult;
    return { opened: { kind: "flow", flow, diagnosis }, own: {} };
  }
  if (kind !== "recurrent" && kind !== "feedforward") {
    throw new EvanesceError(name, 'a spec ("kind": "recurrent" or "feedforward") or a flow', schema ?? kind, KINDS);
  }
  const network = parseSpec(value as NetworkInput);
  const { task, batch } = network.kind === current.network.kind ? current : firstOf(network.kind);
  const fitted = { ...firstOf(network.kind, current.seed), task, batch, network: withoutSizes(network) };
  return { opened: { kind: "experiment", experiment: fitted, notes: [], weights: false }, own: {} };
}

/** The network of a spec without its sizes, which come from a task of this page. */
function withoutSizes(network: NetworkInput): NetworkInput {
  const { inputs: _, outputs: __, ...rest } = network;
  return rest as NetworkInput;
}

/** A model's network and weights; inputs and targets are drawn at random in its sizes. */
async function model(name: string, bytes: Uint8Array, current: Experiment): Promise<Brought> {
  const { spec, parameters, notes } = await readModel(bytes, { name });
  const inputs = spec.inputs ?? 1;
  const outputs = spec.outputs ?? 1;
  const task =
    spec.kind === "recurrent"
      ? { name: "noise", steps: Number(current.task.steps ?? 200), inputs, outputs }
      : outputs > 1
        ? { name: "gaussian", inputs, classes: outputs }
        : { name: "teacher", inputs, hidden: Math.min(16, inputs), outputs };
  const experiment = { network: spec, task, batch: current.batch, seed: current.seed, edits: {} };
  measureOnce(experiment, { weights: parameters });
  return {
    opened: {
      kind: "experiment",
      experiment,
      notes: [`Weights from ${name}, fed random inputs.`, ...notes],
      weights: true,
    },
    own: { weights: parameters },
  };
}
