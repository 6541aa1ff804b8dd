import { EvanesceError } from "../../src/base/errors.ts";
import { type Dtype, readNpy, type ShapedData, writeNpy } from "../../src/formats/index.ts";
import { prepareTask } from "../../src/tasks/index.ts";
import type { DoorRow } from "./row.ts";

interface Tried {
  readonly holds: string;
  readonly inputs: ShapedData;
  readonly targets?: ShapedData;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly says?: RegExp;
  readonly refused?: RegExp;
}

const real = (...shape: number[]): ShapedData => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, axis) => product * axis, 1) }, (_, i) => Math.sin(i)),
});
const whole = (values: readonly number[], shape: readonly number[], dtype: Dtype = "int32"): ShapedData => ({
  shape,
  data: Int32Array.from(values),
  dtype,
});

const TRIED: readonly Tried[] = [
  { holds: "[T, B, X] and [B, Y]", inputs: real(9, 4, 3), targets: real(4, 2) },
  {
    holds: "[B, T, X] without --batch-first",
    inputs: real(4, 9, 3),
    targets: real(4, 1),
    refused: /add --batch-first/,
  },
  { holds: "[B, T, X] with it", inputs: real(4, 9, 3), targets: real(4, 1), options: { batchFirst: true } },
  { holds: "[4, 9, 3] alone", inputs: real(4, 9, 3), says: /is read as time/ },
  { holds: "[B] floats for one output", inputs: real(6, 3), targets: real(6), options: { outputs: 1 } },
  {
    holds: "[B] floats for four outputs",
    inputs: real(6, 3),
    targets: real(6),
    options: { outputs: 4 },
    refused: /store class indices/,
  },
  {
    holds: "0 and 1 for one output",
    inputs: real(3, 2),
    targets: whole([0, 1, 1], [3]),
    options: { outputs: 1 },
    says: /binary cross-entropy/,
  },
  {
    holds: "truth values for one output",
    inputs: real(3, 2),
    targets: whole([0, 1, 1], [3], "bool"),
    options: { outputs: 1 },
    says: /binary cross-entropy/,
  },
  {
    holds: "a class 2 for one output",
    inputs: real(3, 2),
    targets: whole([0, 2, 1], [3]),
    options: { outputs: 1 },
    refused: /0 or 1, for a network of one output/,
  },
  { holds: "classes [B, 1]", inputs: real(3, 2), targets: whole([0, 2, 1], [3, 1]), options: { outputs: 3 } },
  {
    holds: "X on the middle axis",
    inputs: real(9, 3, 4),
    options: { inputSize: 3 },
    refused: /axes 1 and 2 are exchanged/,
  },
  { holds: "one sequence without a batch", inputs: real(9, 3), options: { kind: "recurrent" }, refused: /\[9, 1, 3\]/ },
];

/** Arrays in the orders and types in which people store them. */
export async function arrayRows(): Promise<DoorRow[]> {
  const rows: DoorRow[] = [];
  for (const { holds, inputs, targets, options, says, refused } of TRIED) {
    try {
      // through a file if the type allows it
      const stored =
        inputs.data instanceof Float32Array
          ? readNpy(writeNpy({ shape: inputs.shape, data: inputs.data }), "X.npy")
          : inputs;
      const { notes = [] } = prepareTask({
        name: "arrays",
        inputs: stored,
        targets,
        inputsFile: "X.npy",
        targetsFile: "Y.npy",
        ...options,
      })({ batch: 1, seed: 0 });
      const right = refused === undefined && (says === undefined || notes.some((note) => says.test(note)));
      rows.push({
        file: "X.npy",
        format: "npy",
        holds,
        said: notes.join(" "),
        error: null,
        ...(right ? {} : { fault: `to be ${refused ?? says}` }),
      });
    } catch (error) {
      if (!(error instanceof EvanesceError)) throw error;
      const right = refused?.test(error.message) === true;
      rows.push({
        file: "X.npy",
        format: "npy",
        holds,
        said: error.message,
        error: null,
        ...(right ? {} : { fault: "to be read" }),
      });
    }
  }
  return rows;
}
