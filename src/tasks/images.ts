import { EvanesceError } from "../base/errors.ts";
import { isInteger, type NdArray, readIdx, toInt32 } from "../formats/index.ts";
import { asSequence, sequenceFields } from "./as-sequence.ts";
import type { Batch } from "./batch.ts";
import type { DataSet } from "./dataset.ts";
import { fileName, flag, isBytes, type Values } from "../base/option-fields.ts";
import { outlineOfFacts } from "./outline.ts";
import { classCounts, entropy } from "./statistics.ts";
import { defineTask, float32, int32 } from "./task.ts";

const idxFile = (describe: string) => ({ type: "a Uint8Array", describe, accept: isBytes });

const imageFields = {
  images: idxFile("the images' IDX file, unsigned bytes [N, rows, columns]; gzip is unpacked"),
  labels: idxFile("the labels' IDX file, [N]; gzip is unpacked"),
  standardize: {
    ...flag("scale to mean 0 and variance 1 over all pixels of all images, instead of to [0, 1]", false),
    alias: ["standardise"],
  },
  imagesFile: fileName(),
  labelsFile: fileName(),
};

/**
 * Classify images. A batch is B different images in random order, with pixels scaled from 0 … 255 to [0, 1], row after
 * row.
 *
 * `inputs [B, X]`, X the pixels of an image; `targets [B]`, cross-entropy.
 */
export const images = defineTask({
  name: "images",
  aliases: ["idx", "mnist"],
  kind: "feedforward",
  summary: "classify the images of a pair of IDX files (MNIST's format)",
  source: "the format of LeCun, Cortes and Burges 1998",
  baseline: "the entropy of the class frequencies in all labels, in nats (ln C if all are equally frequent)",
  options: imageFields,
  prepare: (options) => readImages(options).data,
});

/**
 * Images with their pixels as steps: sequential MNIST and its permuted form.
 * `inputs [T, B, X]`, T = pixels of an image / X; `targets [B]`, cross-entropy at the last step.
 */
export const sequentialImages = defineTask({
  name: "sequential_images",
  aliases: ["sequential_mnist", "smnist", "pixels"],
  kind: "recurrent",
  summary: "classify images that are read pixel by pixel (IDX files, MNIST's format)",
  source: "Le, Jaitly and Hinton 2015",
  baseline: "the entropy of the class frequencies in all labels, in nats (ln C if all are equally frequent)",
  options: { ...imageFields, ...sequenceFields },
  prepare: ({ perStep, permute, ...options }) => {
    const { data, features } = readImages(options);
    return asSequence(data, features, "sequential_images", perStep, permute);
  },
});

/** Reads both files, checks that they fit, and returns the features and the class of every image. */
function readImages(options: Values<typeof imageFields>): { readonly data: DataSet; readonly features: number } {
  const imagesFile = options.imagesFile ?? "task.images";
  const labelsFile = options.labelsFile ?? "task.labels";
  const pixels = readIdx(options.images, imagesFile);
  const remedy = "give the images and the labels of the same set";
  if (pixels.dtype !== "uint8" || pixels.shape.length < 2 || pixels.data.length === 0) {
    throw new EvanesceError(imagesFile, "images of unsigned bytes, [N, rows, columns]", described(pixels), remedy);
  }
  const N = pixels.shape[0];
  const X = pixels.data.length / N;
  const labels = readIdx(options.labels, labelsFile);
  if (labels.shape.length !== 1 || labels.shape[0] !== N || !isInteger(labels)) {
    throw new EvanesceError(labelsFile, `whole numbers of shape [${N}], one for each image`, described(labels), remedy);
  }
  const classes = toInt32(labelsFile, labels);
  const negative = classes.findIndex((value) => value < 0);
  if (negative >= 0) {
    throw new EvanesceError(`${labelsFile}[${negative}]`, "a class index ≥ 0", classes[negative], "number from 0");
  }
  const C = classes.reduce((most, value) => Math.max(most, value), 0) + 1;
  if (C > N) {
    throw new EvanesceError(
      labelsFile,
      `classes numbered from 0, at most one for each image (${N})`,
      C - 1,
      "renumber them",
    );
  }
  const [shift, scale] = options.standardize ? momentsOf(pixels.data) : [0, 255];
  const baseline = entropy(classCounts(classes, C));
  const facts = {
    name: "images",
    inputSize: X,
    outputSize: C,
    loss: "cross_entropy",
    lossAt: "last",
    baseline,
  } as const;
  const batch = (indices: ArrayLike<number>): Batch => {
    const B = indices.length;
    const inputs = float32(B, X);
    const targets = int32(B);
    for (let b = 0; b < B; b++) {
      const from = indices[b] * X;
      for (let x = 0; x < X; x++) inputs[b * X + x] = (pixels.data[from + x] - shift) / scale;
      targets[b] = classes[indices[b]];
    }
    return { ...facts, batch: B, inputs, targets };
  };
  const outline = ({ length }: ArrayLike<number>) => outlineOfFacts(facts, length);
  return { features: X, data: { size: N, span: 1, name: imagesFile, batch, outline } };
}

const described = ({ dtype, shape }: NdArray) => `${dtype} of shape [${shape.join(", ")}]`;

/** Mean and standard deviation; the deviation is 1 if all values are equal. */
function momentsOf(data: ArrayLike<number>): [mean: number, deviation: number] {
  let sum = 0; // whole numbers up to 255: these sums are exact
  let squares = 0;
  for (let i = 0; i < data.length; i++) {
    sum += data[i];
    squares += data[i] ** 2;
  }
  const mean = sum / data.length;
  return [mean, Math.sqrt(squares / data.length - mean ** 2) || 1];
}
