import { EvanesceError } from "../base/errors.ts";
import { layerName } from "../metrics/index.ts";
import type { RecordHeader } from "./types.ts";

/** The tensors of one layer. */
export interface RunLayer {
  readonly name: string;
  /** Indices into the header's tensors. */
  readonly members: readonly number[];
  /** The tensor with the most numbers, or the first one: the weights. */
  readonly main: number;
}

/**
 * The layers of a record's tensors, nearest the input first.
 *
 * @throws EvanesceError if `order` leaves a layer out
 */
export function layersOf({ tensors }: RecordHeader, order: readonly string[] | undefined): RunLayer[] {
  const byName = new Map<string, number[]>();
  tensors.forEach(({ layer }, i) => {
    const members = byName.get(layer);
    if (members === undefined) byName.set(layer, [i]);
    else members.push(i);
  });
  const size = (i: number) => tensors[i].shape?.reduce((product, n) => product * n, 1) ?? 1;
  const layers = [...byName].map(([name, members]) => ({
    name,
    members,
    main: members.reduce((most, i) => (size(i) > size(most) ? i : most)),
  }));
  if (order === undefined) return layers;
  const place = (name: string) => order.findIndex((one) => one === name || layerName(one) === name);
  const missing = layers.find(({ name }) => place(name) < 0);
  if (missing !== undefined) {
    const rule = `every layer, including ${missing.name}`;
    throw new EvanesceError("order", rule, order.join(","), "name the layers from the input to the loss");
  }
  return layers.sort((a, b) => place(a.name) - place(b.name));
}
