import { floatBits } from "./panels.ts";

/** A record as `generated/records.ts` describes it: fields of four bytes, each with its place. */
export interface RecordLayout {
  /** Fields. */
  readonly size: number;
  /** The place of each field. */
  readonly at: Readonly<Record<string, number>>;
  /** Fields that hold a float32. */
  readonly floats: readonly string[];
}

/** A number for every field. */
export type RecordValues<Layout extends RecordLayout> = Readonly<Record<keyof Layout["at"], number>>;

/** Bytes of a record. */
export const bytesOfRecord = ({ size }: RecordLayout): number => size * 4;

/** Writes record `index` of a tensor of records. The caller must give every field. */
export function writeRecord<Layout extends RecordLayout>(
  view: Int32Array,
  index: number,
  layout: Layout,
  values: RecordValues<Layout>,
): void {
  const first = index * layout.size;
  const of = values as Readonly<Record<string, number>>;
  for (const field in layout.at) {
    view[first + layout.at[field]] = layout.floats.includes(field) ? floatBits(of[field]) : of[field];
  }
}

/** A record whose fields hold the addresses of the tensors of their names; 0 if the plan has no such tensor. */
export const addressRecord = <Layout extends RecordLayout>(
  { at }: Layout,
  address: (name: string) => number,
): RecordValues<Layout> =>
  Object.fromEntries(Object.keys(at).map((field) => [field, address(field)])) as RecordValues<Layout>;

/** A record of zeros, for callers that set only a few of its fields. */
export const zeroRecord = <Layout extends RecordLayout>(layout: Layout): RecordValues<Layout> =>
  addressRecord(layout, () => 0);
