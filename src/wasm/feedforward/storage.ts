import { pad4 } from "../panels.ts";
import { CONCATENATION, type Rows, type TapeValue } from "./tape.ts";

/** The two buffers of inner gradients. */
const INNER = ["inner0", "inner1"] as const;

/**
 * The tensors of a tape's values. `tensors` collects the rows of each.
 *
 * @param dense whether a layer reads all earlier stations, which then share one tensor
 */
export function tapeStorage(
  widths: readonly number[],
  fans: readonly number[],
  outputs: number | null,
  dense: boolean,
) {
  const tensors = new Map<string, number>();
  const rowsOf = (tensor: string, rows: number, of: Rows["of"] = "series"): Rows => {
    tensors.set(tensor, Math.max(tensors.get(tensor) ?? 0, pad4(rows)));
    return { tensor, of, stride: pad4(rows), first: 0 };
  };
  const total = widths.reduce((sum, width) => sum + width, 0);
  const stride = pad4(total) + 4; // tiles of four rows may extend past the last station
  const offsets = widths.map((_, l) => widths.slice(0, l).reduce((sum, width) => sum + width, 0));
  if (dense) for (const tensor of ["h", CONCATENATION]) tensors.set(tensor, stride);
  const stationValue = (l: number): TapeValue =>
    dense
      ? {
          rows: widths[l],
          data: { tensor: "h", of: "station", stride, first: offsets[l] },
          gradient: { tensor: CONCATENATION, of: "station", stride, first: offsets[l] },
        }
      : {
          rows: widths[l],
          data: rowsOf(`h${l}`, widths[l], "station"),
          gradient: rowsOf(`dh${l}`, widths[l], "station"),
        };
  const earlier = (l: number): TapeValue => ({
    rows: fans[l],
    data: { tensor: "h", of: "station", stride, first: 0 },
    gradient: { tensor: CONCATENATION, of: "station", stride, first: 0 },
  });
  // inner gradients have as many rows as the largest value
  const highest = Math.max(...widths, ...fans.slice(1), outputs ?? 0);
  const inner = (which: 0 | 1): Rows => rowsOf(INNER[which], highest, "buffer");
  const other = (rows: Rows): Rows => inner(rows.tensor === INNER[0] ? 1 : 0);
  return { tensors, offsets, rowsOf, stationValue, earlier, inner, other };
}
