import { EvanesceError } from "../base/errors.ts";
import { type Random, random } from "../base/random.ts";
import { whole } from "../base/option-fields.ts";
import { defineTask, drawing, float32, float64 } from "./task.ts";

/**
 * A teacher network. With W `[H, X]` of orthonormal rows and V `[Y, H]` of rows of unit length, both random,
 *
 *     y = V tanh(W x)/√c,   x ~ N(0, I),   c = E tanh²(z) over z ~ N(0, 1)
 *
 * Because the rows are orthonormal, the H pre-activations are independent N(0, 1), so every output has mean 0 and
 * variance exactly 1 for every draw. The teacher depends only on `teacherSeed`, so all batches have the same teacher.
 *
 * `inputs [B, X]`, `targets [B, Y]`, squared error.
 */
export const teacher = defineTask({
  name: "teacher",
  aliases: ["teacher_student", "student"],
  kind: "feedforward",
  summary: "learn the function of a random tanh network",
  source: "teacher and student of Gardner and Derrida 1989, with orthonormal teacher weights",
  baseline: "1, the variance of every output: the mean squared error of always answering 0",
  options: {
    inputs: whole("X", 64),
    hidden: whole("width H of the teacher, at most X", 16),
    outputs: whole("Y", 1),
    teacherSeed: whole("seed of the teacher's weights", 0, { least: 0 }),
  },
  prepare: ({ inputs: X, hidden: H, outputs: Y, teacherSeed }) => {
    if (H > X) {
      throw new EvanesceError("task.hidden", `at most inputs, ${X}`, H, "use a narrower teacher or more inputs");
    }
    let drawn: Teacher | undefined;
    const facts = { name: "teacher", inputSize: X, outputSize: Y, loss: "mse", lossAt: "last", baseline: 1 } as const;
    return drawing(facts, ({ batch: B, seed }) => {
      drawn ??= teacherOf(teacherSeed, X, H, Y);
      const { W, V, scale } = drawn;
      const stream = random(seed, "task/teacher");
      const inputs = float32(B, X);
      const targets = float32(B, Y);
      const h = new Float64Array(H);
      for (let b = 0; b < B; b++) {
        for (let x = 0; x < X; x++) inputs[b * X + x] = stream.normal();
        for (let j = 0; j < H; j++) {
          let a = 0;
          for (let x = 0; x < X; x++) a += W[j * X + x] * inputs[b * X + x];
          h[j] = Math.tanh(a) * scale;
        }
        for (let y = 0; y < Y; y++) targets[b * Y + y] = h.reduce((sum, value, j) => sum + V[y][j] * value, 0);
      }
      return { inputs, targets };
    });
  },
});

/** W `[H, X]`, V as Y rows `[H]`, and 1/√c. */
interface Teacher {
  readonly W: Float64Array;
  readonly V: readonly Float64Array[];
  readonly scale: number;
}

/** @throws EvanesceError if the host has no memory for it */
function teacherOf(seed: number, X: number, H: number, Y: number): Teacher {
  const weights = random(seed, "task/teacher/network");
  const W = orthonormalRows(weights, H, X);
  const V = Array.from({ length: Y }, () => orthonormalRows(weights, 1, H));
  return { W, V, scale: 1 / Math.sqrt(meanSquaredTanh()) };
}

/** `[rows, columns]`, rows ≤ columns: Gaussian rows made orthonormal by Gram–Schmidt, twice because of rounding. */
function orthonormalRows(stream: Random, rows: number, columns: number): Float64Array {
  const matrix = float64(rows, columns);
  for (let i = 0; i < rows; i++) {
    const row = matrix.subarray(i * columns, (i + 1) * columns);
    for (let x = 0; x < columns; x++) row[x] = stream.normal();
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = matrix.subarray(j * columns, (j + 1) * columns);
        const overlap = dot(row, other);
        for (let x = 0; x < columns; x++) row[x] -= overlap * other[x];
      }
      const length = Math.sqrt(dot(row, row));
      for (let x = 0; x < columns; x++) row[x] /= length;
    }
  }
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * E tanh²(z), z ~ N(0, 1): 0.3943 … by the trapezoidal rule, whose error exp(−2π·(π/2)/h) (the pole of tanh at iπ/2)
 * is below rounding at h = 1/16; beyond |z| = 12 the density is below e^−72.
 */
function meanSquaredTanh(): number {
  let sum = 0;
  for (let i = -192; i <= 192; i++) sum += Math.tanh(i / 16) ** 2 * Math.exp(-((i / 16) ** 2) / 2);
  return sum / 16 / Math.sqrt(2 * Math.PI);
}
