import { random } from "../../src/base/random.ts";
import { type Parameters, tensor } from "./tensor.ts";

/** `count` standard normal numbers, for the oracle's own tests. */
export function normals(count: number, seed: number, name: string): Float64Array {
  const stream = random(seed, `oracle/${name}`);
  return Float64Array.from({ length: count }, () => stream.normal());
}

/** `count` class indices below `classes`. */
export function classes(count: number, classCount: number, seed: number): Int32Array {
  const stream = random(seed, "oracle/classes");
  return Int32Array.from({ length: count }, () => stream.below(classCount));
}

/** Matrices N(0, 1/fan_in); vectors N(0, 0.3²), about 1 where they are a scale (a norm's weight, weight_g). */
export function drawParameters(shapes: [name: string, shape: number[]][], seed: number): Parameters {
  return Object.fromEntries(
    shapes.map(([name, shape]) => {
      const values = normals(
        shape.reduce((product, n) => product * n, 1),
        seed,
        name,
      );
      const isScale = name.endsWith("weight_g") || (shape.length === 1 && name.endsWith(".weight"));
      const deviation = shape.length === 2 && shape[1] > 1 ? 1 / Math.sqrt(shape[1]) : 0.3;
      return [
        name,
        tensor(
          shape,
          values.map((value) => (isScale ? 1 : 0) + deviation * value),
        ),
      ];
    }),
  );
}
