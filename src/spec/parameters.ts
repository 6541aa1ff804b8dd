import { feedforwardTable } from "./feedforward-parameters.ts";
import type { NetworkSpec } from "./index.ts";
import type { NetworkSizes, ParameterShape } from "./parameter-shape.ts";
import { recurrentTable } from "./recurrent-parameters.ts";

export { elements, type NetworkSizes, type ParameterRole, type ParameterShape } from "./parameter-shape.ts";
export { recurrentFeatures } from "./recurrent-parameters.ts";

/** The tables made so far, by spec and sizes. A spec does not change. */
const TABLES = new WeakMap<NetworkSpec, Map<string, readonly ParameterShape[]>>();

/** Every parameter of the network: PyTorch's names, shapes and gate order, in the order of a `state_dict`. */
export function parameterTable(spec: NetworkSpec, sizes: NetworkSizes): readonly ParameterShape[] {
  const known = TABLES.get(spec) ?? new Map<string, readonly ParameterShape[]>();
  TABLES.set(spec, known);
  const key = `${sizes.inputs} ${sizes.outputs}`;
  let table = known.get(key);
  if (table === undefined) {
    table = Object.freeze(spec.kind === "recurrent" ? recurrentTable(spec, sizes) : feedforwardTable(spec, sizes));
    known.set(key, table);
  }
  return table;
}
