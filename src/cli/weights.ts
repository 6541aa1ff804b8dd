import { normFacts } from "../catalogue/index.ts";
import { EvanesceError } from "../base/errors.ts";
import { type NdArray, readSafetensors, requireFinite, toFloat32, writeSafetensors } from "../formats/index.ts";
import type { Network } from "../network/create.ts";
import { nearest } from "../base/nearest.ts";
import { readBytes } from "./files.ts";

const FLOATS = ["float32", "float64", "float16", "bfloat16"];
/** What torch.nn.LSTM adds with proj_size. */
const PROJECTION = /\.weight_hr_l\d+(_reverse)?$/;
/** What PyTorch's batch norm keeps beside its parameters; training statistics do without. */
const RUNNING_STATISTIC = /^(norms\.\d+)\.(running_mean|running_var|num_batches_tracked)$/;

/**
 * Sets every parameter of a network from a safetensors file.
 *
 * @throws EvanesceError naming file and tensor: one that is missing, of another shape, not of floats or not finite; one
 *   the network does not have, a batch norm's running statistics apart
 */
export function loadWeights(network: Network, bytes: Uint8Array, file: string): void {
  const { tensors } = readSafetensors(bytes, file);
  const { names } = network.parameters;
  for (const name of tensors.keys()) requireKnown(network, name, file);
  // All are judged before any is set.
  const values = names.map((name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw missing(name, network.parameters.shape(name), [...tensors.keys()], file);
    return [name, floats(tensor, network.parameters.shape(name), `${file}: ${name}`)] as const;
  });
  for (const [name, data] of values) network.parameters.set(name, data);
}

function requireKnown({ parameters, spec }: Network, name: string, file: string): void {
  if (parameters.names.includes(name)) return;
  const norm =
    spec.kind === "feedforward" && normFacts(spec.norm).acrossSamples ? RUNNING_STATISTIC.exec(name)?.[1] : undefined;
  if (norm !== undefined && parameters.names.includes(`${norm}.weight`)) return;
  if (PROJECTION.test(name)) {
    throw new EvanesceError(`${file}: ${name}`, "an LSTM without projections", name, "build it without proj_size");
  }
  const near = nearest(name, parameters.names);
  const remedy = near === undefined ? "`evanesce schema SPEC.json` lists its parameters" : `did you mean ${near}?`;
  throw new EvanesceError(`${file}: ${name}`, "a parameter of the network", name, remedy);
}

function missing(name: string, shape: readonly number[], there: readonly string[], file: string): EvanesceError {
  const rule = `a tensor of shape [${shape.join(", ")}], which the network needs`;
  const got = there.length === 0 ? "a file without tensors" : `only ${there.join(", ")}`;
  const remedy =
    /^rnn\.bias_/.test(name) && !there.some((given) => given.startsWith("rnn.bias_"))
      ? "save every parameter: a module built with bias=False has the gradients of one whose biases are zeros, so add those"
      : "save every parameter, under PyTorch's names";
  return new EvanesceError(`${file}: ${name}`, rule, got, remedy);
}

function floats(tensor: NdArray, shape: readonly number[], where: string): Float32Array {
  if (!FLOATS.includes(tensor.dtype)) {
    throw new EvanesceError(where, `a dtype of ${FLOATS.join(", ")}`, tensor.dtype, "convert it, e.g. with .float()");
  }
  if (tensor.shape.length !== shape.length || tensor.shape.some((axis, i) => axis !== shape[i])) {
    const rule = `shape [${shape.join(", ")}], as the spec says`;
    throw new EvanesceError(where, rule, tensor.shape, "change the spec, or save the tensor in this shape");
  }
  requireFinite(where, tensor.data, tensor.shape);
  return toFloat32(where, tensor);
}

/**
 * The tensors of a safetensors file as float32 values, by name.
 * @throws EvanesceError naming file and tensor: one that is not of floats, or not finite
 */
export function readParameters(file: string): Record<string, Float32Array> {
  const { tensors } = readSafetensors(readBytes(file), file);
  return Object.fromEntries(
    [...tensors].map(([name, tensor]) => [name, floats(tensor, tensor.shape, `${file}: ${name}`)]),
  );
}

/** Every parameter's gradient under the parameter's name: F32, or F64 where float32 could not hold it. */
export function gradientFile(network: Network): Uint8Array {
  const { names, get } = network.gradients;
  return writeSafetensors(
    names.map((name) => [name, { shape: network.parameters.shape(name), data: get(name) }] as const),
    { format: "pt" },
  );
}
