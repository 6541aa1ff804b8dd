import type { Verification, VerifiedLoss } from "./types.ts";

/** A network whose loss fell by less than this share of the trivial loss has not begun to learn. */
const MOVED = 0.02;

/** The result of the training runs in a few sentences. */
export function summarize({
  steps,
  oneBatch,
  patient: unchanged,
  remedies,
  controls,
}: Omit<Verification, "summary">): string {
  const how = `${steps} updates ${oneBatch ? "on a single batch" : "on fresh batches"}, each network at the best of ${unchanged.grid.length} rates; losses are relative to that of the trivial answer`;
  const following = remedies.filter(({ follows }) => follows);
  const rest = remedies.filter(({ follows }) => !follows);
  const own = `the network as it is ${state(unchanged)}`;
  if (following.length === 0) {
    const moved = [unchanged, ...remedies, ...controls].some(({ loss }) => loss !== null && loss.mean < 1 - MOVED);
    return moved
      ? `${how}. The loss does not follow the gradient: ${own}, ${list(remedies)}.`
      : `${how}. No network's loss got below that of the trivial answer, so nothing is confirmed. Use more updates or an easier task.`;
  }
  const but = rest.length === 0 ? "" : `, but ${list(rest)}`;
  const controlled = controls.filter(({ follows }) => follows);
  const also =
    controlled.length === 0
      ? `No control helps: ${list(controls)}.`
      : `Without a change of the path, ${list(controlled)}, which is also better than plain gradient descent.`;
  return `${how}. The loss follows: ${own}, ${list(following)}${but}. ${also}`;
}

const list = (losses: readonly VerifiedLoss[]) => losses.map((one) => `${one.name} ${state(one)}`).join(", ");

/** `reaches 0.31 ± 0.05`, relative to the trivial answer's loss. */
function state({ loss }: VerifiedLoss): string {
  if (loss === null || loss.mean > 2) return "diverges";
  const half = (loss.high - loss.low) / 2;
  return `${loss.mean > 1 - MOVED ? "stays at" : "reaches"} ${loss.mean.toFixed(2)}${half >= 0.005 ? ` ± ${half.toFixed(2)}` : ""}`;
}
