import { adding } from "./adding.ts";
import { arrays } from "./arrays.ts";
import { copy } from "./copy.ts";
import { gaussian } from "./gaussian.ts";
import { images, sequentialImages } from "./images.ts";
import { lines } from "./lines.ts";
import { noise } from "./noise.ts";
import { addition } from "./pairs/addition.ts";
import { autoencoder } from "./pairs/autoencoder.ts";
import { repeat, reverse } from "./pairs/transduction.ts";
import { parity, xor } from "./parity.ts";
import { circles, spirals } from "./plane.ts";
import type { Tasks } from "./registry.ts";
import { tagging } from "./tagging.ts";
import { teacher } from "./teacher.ts";
import { temporalOrder } from "./temporal-order.ts";
import { text } from "./text.ts";

// the groups between which the documentation names the tasks that read tables

export const SEQUENCES: Tasks = [
  adding,
  copy,
  temporalOrder,
  repeat,
  reverse,
  addition,
  autoencoder,
  noise,
  text,
  lines,
  tagging,
];
export const PIXELS: Tasks = [sequentialImages];
export const FEATURES: Tasks = [gaussian, teacher, spirals, circles, parity, xor, images];
export const ARRAYS: Tasks = [arrays];

/** The tasks of `evanesce/core`: all but those that read tables, whose code is as long as that of all others. */
export const TASKS_WITHOUT_TABLES: Tasks = [...SEQUENCES, ...PIXELS, ...FEATURES, ...ARRAYS];
