/*
 * The data of published faulty programs, drawn again from their description: shapes and scales are theirs, numbers ours.
 */
import { type Random, random } from "../../src/base/random.ts";
import type { ArraysInput } from "../../src/tasks/array-batch.ts";

/** N samples: inputs [N, X], and targets, numbers [N, Y] or classes [N]. */
export type Samples = Pick<ArraysInput, "inputs" | "targets">;

/** Draws a row of inputs, and its targets. */
type Row = (stream: Random, n: number) => { readonly x: readonly number[]; readonly y: readonly number[] };

/** N rows; targets are numbers [N, Y]. */
export function regression(name: string, N: number, row: Row): Samples {
  const stream = random(1, `external/${name}`);
  const rows = Array.from({ length: N }, (_, n) => row(stream, n));
  const matrix = (lists: readonly (readonly number[])[]) => ({
    shape: [N, lists[0]!.length],
    data: Float32Array.from(lists.flat()),
  });
  return { inputs: matrix(rows.map(({ x }) => x)), targets: matrix(rows.map(({ y }) => y)) };
}

/** N rows; the target of each is the index of its class, [N]. */
export function classes(name: string, N: number, row: Row): Samples {
  const { inputs, targets } = regression(name, N, row);
  return { inputs, targets: { shape: [N], data: Int32Array.from(targets!.data as Float32Array) } };
}

/** The samples with every input column standardized. */
export function standardized(samples: Samples): Samples {
  return { ...samples, inputs: columnwise(samples.inputs) };
}

/** The samples with every column of inputs and targets standardized. */
export function standardizedBoth({ inputs, targets }: Samples): Samples {
  return { inputs: columnwise(inputs), targets: columnwise(targets!) };
}

/** The samples with inputs divided by `by`. */
export function divided({ inputs, targets }: Samples, by: number): Samples {
  const data = (inputs.data as Float32Array).map((value) => value / by);
  return { inputs: { shape: inputs.shape, data }, targets };
}

function columnwise({ shape, data }: ArraysInput["inputs"]): ArraysInput["inputs"] {
  const [N, X] = shape as [number, number];
  const out = Float32Array.from(data as Float32Array);
  for (let x = 0; x < X; x++) {
    let sum = 0;
    for (let n = 0; n < N; n++) sum += out[n * X + x]!;
    const mean = sum / N;
    let squares = 0;
    for (let n = 0; n < N; n++) squares += (out[n * X + x]! - mean) ** 2;
    const deviation = Math.sqrt(squares / N) || 1;
    for (let n = 0; n < N; n++) out[n * X + x] = (out[n * X + x]! - mean) / deviation;
  }
  return { shape, data: out };
}

/** Two circles of radius 1 and 0.8 with noise 0.1, a hundred times as large; the target is 1 on the inner one. */
export const circles = (): Samples =>
  regression("circles", 1000, (stream) => {
    const inner = stream.below(2);
    const angle = 2 * Math.PI * stream.uniform();
    const radius = inner === 1 ? 0.8 : 1;
    const at = (value: number) => 100 * (radius * value + 0.1 * stream.normal());
    return { x: [at(Math.cos(angle)), at(Math.sin(angle))], y: [inner] };
  });

/** Three clouds of standard deviation 2 with centers in [−10, 10]², a hundred times as large. */
export function blobs(): Samples {
  const places = random(2, "external/centers");
  const centers = Array.from({ length: 3 }, () => [20 * places.uniform() - 10, 20 * places.uniform() - 10]);
  return classes("blobs", 1000, (stream) => {
    const of = stream.below(3);
    return { x: centers[of]!.map((center) => 100 * (center + 2 * stream.normal())), y: [of] };
  });
}
