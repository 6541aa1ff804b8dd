import { power, significant } from "../../words/numbers.ts";
import { list } from "../../words/phrases.ts";
import type { PartCause } from "./part.ts";

/* The scale of the inputs, column by column. */

/** One column of the inputs. */
export interface InputColumn {
  /** `column 3`, or its name in the table. */
  readonly name: string;
  readonly rootMeanSquare: number;
  readonly deviation: number;
  /** ln of its part of a first pre-activation. */
  readonly lnDrive: number;
  /** Whether it looks like time stamps. */
  readonly clock: boolean;
}

/** The columns of a reading. */
export interface Columns {
  readonly columns: readonly InputColumn[];
  /** ln of the median root mean square of the columns; null if all columns are zero. */
  readonly lnScale: number | null;
}

/** A column counts as unscaled if its root mean square is this large, or this many times the median. */
export const LARGE = 10;
/** At most this many columns are named. */
const MOST_NAMES = 4;

/** The column that changes the pre-activations of the first layer most. */
export const widestColumn = ({ columns }: Columns): InputColumn | undefined =>
  columns.reduce<InputColumn | undefined>(
    (most, one) => (one.rootMeanSquare > 0 && (most === undefined || one.lnDrive > most.lnDrive) ? one : most),
    undefined,
  );

/** ln of the part of a pre-activation that all columns bring together. */
export function lnDrive({ columns }: Columns): number {
  const top = Math.max(...columns.map((one) => one.lnDrive), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(top)) return top;
  return top + 0.5 * Math.log(columns.reduce((sum, one) => sum + Math.exp(2 * (one.lnDrive - top)), 0));
}

/** Whether a column is large in itself, or beside the typical one. */
export const isLarge = ({ lnScale, columns }: Columns, { rootMeanSquare }: InputColumn): boolean =>
  rootMeanSquare >= LARGE ||
  (columns.length > 1 && lnScale !== null && Math.log(rootMeanSquare) - lnScale >= Math.log(LARGE));

/** Whether the widest of several columns is about as large as a typical one. */
const areAlike = ({ lnScale, columns }: Columns, { rootMeanSquare }: InputColumn): boolean =>
  lnScale !== null && columns.length > 1 && Math.log(rootMeanSquare) - lnScale < Math.log(LARGE);

/** The scale of one column, of several, or of all of them. */
export function scaleOf({ lnScale, columns }: Columns, widest: InputColumn, nats: number): PartCause {
  const { name, rootMeanSquare, clock } = widest;
  const size = significant(rootMeanSquare);
  const several = columns
    .filter((one) => lnScale !== null && Math.log(one.rootMeanSquare) - lnScale >= Math.log(LARGE))
    .slice(0, MOST_NAMES)
    .map((one) => one.name);
  const all = areAlike({ lnScale, columns }, widest);
  const sentence = clock
    ? `${name} holds time stamps near ${size}`
    : all
      ? `the inputs are not scaled: the root mean square of a typical column is ${power(lnScale as number)}, and that of the largest, ${name}, is ${size}`
      : columns.length === 1 || lnScale === null
        ? `${name} is not scaled: its root mean square is ${size}`
        : several.length > 1
          ? `${list(several)} are not scaled: the root mean square of the largest, ${name}, is ${size}, and that of a typical column is ${power(lnScale)}`
          : `${name} is not scaled: its root mean square is ${size}, and that of a typical column is ${power(lnScale)}`;
  // if all columns have that scale, no single one is at fault
  const tensor = several.length > 1 && !clock ? list(several) : name;
  return { factor: "input-scale", ...(all && !clock ? {} : { tensor }), nats, sentence };
}

/**
 * The fault of a column that is far from 0 and hardly varies. The condition number of a squared error grows with the
 * square of mean/deviation (LeCun et al. 1998), so half of the threshold in nats is enough here.
 */
export function offCenter(columns: Columns, widest: InputColumn, lnShare: number): PartCause {
  const { name, rootMeanSquare, deviation } = widest;
  const mean = Math.sqrt(Math.max(rootMeanSquare ** 2 - deviation ** 2, 0));
  const sentence = `the inputs are not centered: the mean of ${name} is ${significant(mean)} from 0 and its deviation is ${significant(deviation)}, so only ${power(lnShare)} of a pre-activation differs between samples`;
  return { factor: "input-scale", ...(areAlike(columns, widest) ? {} : { tensor: name }), nats: lnShare, sentence };
}
