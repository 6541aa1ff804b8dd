import { EvanesceError } from "../base/errors.ts";
import { lnTensorNorm, type ParameterFlow, type TensorNumbers } from "../flow/index.ts";
import { elements, type ParameterShape } from "../spec/parameters.ts";
import type { ScaledTensor } from "../wasm/scaled.ts";
import type { GradientStore, ParameterStore } from "./types.ts";
import type { ParameterValues } from "./values.ts";

/** A Float32Array if that keeps the digits, else a Float64Array. */
function toArray({ data, exponent }: ScaledTensor): Float32Array | Float64Array {
  const norm = lnTensorNorm(data, exponent);
  const Type = Math.abs(norm) > Math.log(1e30) && Number.isFinite(norm) ? Float64Array : Float32Array;
  const half = Math.trunc(exponent / 2); // two factors: 2^exponent alone may lie outside float64 where the product does not
  const array = new Type(data.length);
  // a zero has no exponent: 0 · ∞ would be NaN
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) array[i] = data[i] * 2 ** half * 2 ** (exponent - half);
  return array;
}

/**
 * Access to the tensors of `values` with checks: `requireAlive` before every read and write, and `requireNoPassRunning`
 * before every write. Every write calls `changed`.
 */
export function parameterStore(
  table: readonly ParameterShape[],
  values: Pick<ParameterValues, "get">,
  requireAlive: () => void,
  requireNoPassRunning: (name: string) => void,
  changed: (name: string) => void,
): ParameterStore {
  return {
    names: table.map(({ name }) => name),
    shape: (name) => requireName(table, name).shape,
    get: (name) => {
      requireAlive();
      requireName(table, name);
      return (values.get(name) as Float32Array).slice();
    },
    set: (name, array) => {
      requireAlive();
      const { shape } = requireName(table, name);
      requireNoPassRunning(name);
      const count = elements(shape);
      if (array?.length !== count) {
        throw new EvanesceError(
          `parameters.${name}`,
          `${count} values, [${shape.join(", ")}] row-major`,
          array?.length,
          "give every value of the tensor",
        );
      }
      if (!ArrayBuffer.isView(array)) requireNumbers(`parameters.${name}`, array);
      (values.get(name) as Float32Array).set(array);
      changed(name);
    },
  };
}

/** @throws EvanesceError naming the first value that is no number */
function requireNumbers(where: string, values: ArrayLike<unknown>): void {
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === "number") continue;
    throw new EvanesceError(`${where}[${i}]`, "a number", values[i], "give numbers, or a Float32Array of them");
  }
}

export function requireName(table: readonly ParameterShape[], name: string): ParameterShape {
  const found = table.find((parameter) => parameter.name === name);
  if (found === undefined) {
    throw new EvanesceError(
      `parameters.${name}`,
      "a parameter of this network",
      name,
      `it has ${table.map((p) => p.name).join(", ")}`,
    );
  }
  return found;
}

/** The last pass's gradients; `read` throws if there was no pass. */
export function gradientStore(table: readonly ParameterShape[], read: (name: string) => ScaledTensor): GradientStore {
  const checked = (name: string) => read(requireName(table, name).name);
  return {
    names: table.map(({ name }) => name),
    get: (name) => toArray(checked(name)),
    scaled: checked,
    lnNorm: (name) => {
      const { data, exponent } = checked(name);
      return lnTensorNorm(data, exponent);
    },
  };
}

/** The numbers of one parameter in a flow. @param lnNorm ln ‖name‖ */
export function parameterFlow(
  { name, shape }: ParameterShape,
  { lnNorm: lnGradientNorm, lnMeanAbs: lnMeanAbsGradient, zeroShare }: TensorNumbers,
  lnNorm: number,
): ParameterFlow {
  return { name, shape, lnGradientNorm, lnNorm, lnMeanAbsGradient, zeroShare };
}
