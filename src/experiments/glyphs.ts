import { EvanesceError } from "../base/errors.ts";
import { type Random, random } from "../base/random.ts";
import { type Batch, readLabeledTable } from "../tasks/index.ts";

/** The ten digits in 5 × 7 dots, as dot-matrix displays draw them. */
const FONT = [
  [14, 17, 19, 21, 25, 17, 14],
  [4, 12, 4, 4, 4, 4, 14],
  [14, 17, 1, 2, 4, 8, 31],
  [31, 2, 4, 2, 1, 17, 14],
  [2, 6, 10, 18, 31, 2, 2],
  [31, 16, 30, 1, 1, 17, 14],
  [6, 8, 16, 30, 17, 17, 14],
  [31, 1, 2, 4, 8, 8, 8],
  [14, 17, 17, 14, 17, 17, 14],
  [14, 17, 17, 15, 1, 2, 12],
];
const [ROWS, COLUMNS] = [7, 5];
const PIXELS = ROWS * COLUMNS;

/** Labeled images: row-major `[N, X]`, values between about 0 and 1. */
export interface Labeled {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  /** X. */
  readonly size: number;
}

/**
 * Draws N digits of 7 × 5 pixels, each with a random brightness and with noise from N(0, `noise`²) on every pixel. They
 * are labeled images that need no files.
 */
export function glyphs(count: number, noise: number, seed: number): Labeled {
  const stream = random(seed, "experiments/glyphs");
  const inputs = new Float32Array(count * PIXELS);
  const labels = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    labels[n] = stream.below(10);
    draw(inputs.subarray(n * PIXELS, (n + 1) * PIXELS), FONT[labels[n]], noise, stream);
  }
  return { inputs, labels, size: PIXELS };
}

function draw(pixels: Float32Array, rows: readonly number[], noise: number, stream: Random): void {
  const brightness = 0.7 + 0.6 * stream.uniform();
  for (let i = 0; i < pixels.length; i++) pixels[i] = noise * stream.normal();
  for (let y = 0; y < ROWS; y++) {
    for (let x = 0; x < COLUMNS; x++) {
      if ((rows[y] >> (COLUMNS - 1 - x)) & 1) pixels[y * COLUMNS + x] += brightness;
    }
  }
}

/** A batch of the images with these indices; the loss is cross-entropy over ten classes. */
export function labeledBatch({ inputs, labels, size }: Labeled, numbers: ArrayLike<number>): Batch {
  const batch = numbers.length;
  const chosen = new Float32Array(batch * size);
  const targets = new Int32Array(batch);
  for (let b = 0; b < batch; b++) {
    chosen.set(inputs.subarray(numbers[b] * size, (numbers[b] + 1) * size), b * size);
    targets[b] = labels[numbers[b]];
  }
  return {
    ...{ name: "digits", batch, inputSize: size, outputSize: 10, inputs: chosen, targets },
    ...{ loss: "cross_entropy", lossAt: "last", baseline: Math.log(10) },
  };
}

/**
 * Reads the rows of a table file as labeled images and divides the pixels by the largest one.
 *
 * @param bytes a table whose last column is one of at most ten classes
 * @param name the file's name, for messages
 * @throws EvanesceError for another kind of file, for more than ten classes, and for fewer images than the claims need
 */
export function labeledTable(bytes: Uint8Array | string, name: string): Labeled {
  const { rows, inputs: size, features, target } = readLabeledTable(bytes, name);
  if (target?.kind !== "classes" || target.names.length > 10) {
    const got = target?.names.length;
    throw new EvanesceError(name, "a last column of at most ten classes", got, "give a table of digits");
  }
  if (rows < LEAST_IMAGES) {
    throw new EvanesceError(name, `at least ${LEAST_IMAGES} rows`, rows, "give a larger table, or leave it out");
  }
  const largest = features.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const inputs = largest > 0 ? features.map((value) => value / largest) : features;
  return { inputs, labels: target.indices, size };
}
/** Images that the longer study needs for training and test together. */
const LEAST_IMAGES = 1700;
