import { existsSync, readFileSync } from "node:fs";
import { random } from "../../src/base/random.ts";
import { type Batch, prepareTask, type Sampler, type TaskInput } from "../../src/tasks/index.ts";

/** The place of the real data relative to this project: digits, images and a text, which are not in the package. */
const FOLDER = new URL("../../../shared/data/", import.meta.url);

/** Inputs of a row instead of Gaussian ones. */
export interface RealInputs {
  readonly name: keyof typeof SETS;
  /** Columns of mean 0 and variance 1, or pixels in [0, 1]; otherwise the numbers of the file. */
  readonly scaled: boolean;
  /** B. */
  readonly batch: number;
}

const bytesOf = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));
const images = (name: string, rest: object = {}) => ({
  kind: name === "images" ? ("feedforward" as const) : ("recurrent" as const),
  file: "mnist/t10k-images-idx3-ubyte.gz",
  /** The number in the file for a scaled pixel of 1. */
  raw: 255,
  task: (): TaskInput => ({
    name,
    images: bytesOf("mnist/t10k-images-idx3-ubyte.gz"),
    labels: bytesOf("mnist/t10k-labels-idx1-ubyte.gz"),
    ...rest,
  }),
});
const table = (name: string, rest: object = {}) => ({
  kind: name === "csv_classes" ? ("feedforward" as const) : ("recurrent" as const),
  file: "optdigits/optdigits.tes",
  raw: 1,
  task: (scaled: boolean): TaskInput => ({
    ...{ name, bytes: bytesOf("optdigits/optdigits.tes"), standardize: scaled, ...rest },
  }),
});

const SETS = {
  /** 28 × 28 pixels. */
  images: images("images"),
  /** The same with one row of pixels at each step. */
  "rows of images": images("sequential_images", { perStep: 28 }),
  /** A table of 64 columns, 0 to 16. */
  table: table("csv_classes"),
  /** The same with eight columns at each step. */
  "columns of the table": table("sequential_csv", { perStep: 8 }),
  /** One-hot bytes. */
  text: {
    kind: "recurrent" as const,
    file: "text/tinyshakespeare.txt",
    raw: 1,
    task: (_: boolean, steps: number): TaskInput => ({
      name: "text",
      bytes: bytesOf("text/tinyshakespeare.txt"),
      steps,
    }),
  },
};

/** Whether the data are there. */
export const isThere = ({ name }: RealInputs): boolean => existsSync(new URL(SETS[name].file, FOLDER));

const read = new Map<string, Sampler>();

/** Inputs `[T, B, X]` or `[B, X]` of real data; the seed chooses the samples. */
export function realInputs({ name, scaled, batch }: RealInputs, steps: number | undefined, seed: number): Batch {
  const { task, kind, raw } = SETS[name];
  const key = `${name} ${scaled} ${steps}`;
  const sampler = read.get(key) ?? prepareTask(task(scaled, steps ?? 0), kind);
  read.set(key, sampler);
  const drawn = sampler({ batch, seed: random(seed, "calibrate/data").below(2 ** 32) });
  if (scaled || raw === 1) return drawn;
  return { ...drawn, inputs: drawn.inputs.map((x) => x * raw) };
}
