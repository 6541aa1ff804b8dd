import { counted, percent, significant } from "../words/numbers.ts";
import type { Reach } from "../metrics/index.ts";

/** What shuffling one block of steps among the samples does to the loss. */
export interface BlockCost {
  /** Steps from ≤ t < to. */
  readonly from: number;
  readonly to: number;
  /** The loss's rise, as a share of the trivial loss, of the network as it is made, trained, and of the reference. */
  readonly untrained: number;
  readonly trained: number;
  readonly reference: number | null;
}

/** A short training. */
export interface Learner {
  /** Held-out loss; NaN where it diverged. */
  readonly loss: number;
  /** 1 − loss/trivial, at least 0. */
  readonly learned: number;
}

/**
 * What a gradient that fades costs on one task: where in the sequence the information lies, and what is learned without
 * it. Plain data.
 */
export interface TaskCost {
  readonly schema: "evanesce.task-cost/1";
  /** T. */
  readonly steps: number;
  readonly updates: number;
  /** The held-out loss of the best answer that does not depend on the input. */
  readonly trivial: number;
  readonly trained: Learner;
  /** The same network with the change that advice proposes, trained alike; null where there is none. */
  readonly reference: (Learner & { readonly change: string }) | null;
  readonly blocks: readonly BlockCost[];
  /**
   * Steps back from the last one within which the blocks hold 95 % of what the better learner uses; null where neither
   * learned.
   */
  readonly needs: number | null;
  /** Whether the network learns less than the reference does; `unclear` where neither learned, or there is none. */
  readonly verdict: "costs" | "harmless" | "unclear";
}

/** How far back the information lies, where the task itself knows: steps back from the loss that needs it. */
export interface Information {
  readonly farthest: number;
  readonly typical: number;
}

/** Whether fading matters on this task, in a sentence; empty where nothing fades or nothing is known. */
export function costSentence(
  vanishing: boolean,
  { stations: reached }: Reach,
  information: Information | undefined,
  cost: TaskCost | undefined,
): string {
  if (!vanishing && cost === undefined) return "";
  const beyond = `Vanishing beyond ${counted(reached, "step")}`;
  if (cost !== undefined) {
    const needs = cost.needs === null ? "" : `the task needs ${counted(cost.needs, "step")}`;
    const begin = vanishing
      ? `${beyond}${needs === "" ? "" : `; ${needs}`}. `
      : needs === ""
        ? ""
        : `The ${needs.slice(4)}. `;
    return begin + trainedSentence(cost);
  }
  if (information === undefined) return "";
  const { farthest, typical } = information;
  const needs = farthest === typical ? `${typical}` : `${typical} (up to ${farthest})`;
  return reached >= farthest
    ? `${beyond}; the task needs ${needs}, so this costs nothing here.`
    : `${beyond}; the task needs ${needs}.`;
}

function trainedSentence({ updates, trained, reference, verdict }: TaskCost): string {
  const reaches = ({ loss, learned }: Learner) =>
    Number.isFinite(loss) ? `${percent(1 - learned)} of the trivial loss (${significant(loss)})` : "no finite loss";
  const own = `After ${counted(updates, "update")} the network reaches ${reaches(trained)}`;
  const other = reference === null ? "" : `, and with ${reference.change} ${reaches(reference)}`;
  const says = {
    costs: "fading costs that much here",
    harmless: "fading costs nothing here",
    unclear: "so what fading costs here is not known",
  } as const;
  return `${own}${other}: ${says[verdict]}.`;
}
