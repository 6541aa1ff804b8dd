import { counted, percent, significant } from "../words/numbers.ts";
import type { Reach } from "../metrics/index.ts";
import type { Verdict } from "./types.ts";

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
 * What a sick path costs on one task: where in a sequence the information lies, and what is learned in spite of it.
 * Plain data.
 */
export interface TaskCost {
  readonly schema: "evanesce.task-cost/1";
  /** T; 1 of a deep network. */
  readonly steps: number;
  readonly updates: number;
  /** The held-out loss of the best answer that does not depend on the input. */
  readonly trivial: number;
  readonly trained: Learner;
  /** The same network with the change that advice proposes, trained alike; null where there is none. */
  readonly reference: (Learner & { readonly change: string }) | null;
  /** Empty of a deep network. */
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

/** What costs something, by the path's verdict. */
const SUBJECT: Partial<Record<Verdict, string>> = {
  exploding: "the growing gradient",
  dead: "the dead path",
  mixed: "what divides the samples",
  nonfinite: "the overflow",
  blocked: "what stands in the way",
};

/** Whether a sick path matters on this task, in a sentence; empty where nothing fades or nothing is known. */
export function costSentence(
  verdict: Verdict,
  { stations: reached }: Reach,
  information: Information | undefined,
  cost: TaskCost | undefined,
): string {
  const vanishing = verdict === "vanishing";
  if (!vanishing && cost === undefined) return "";
  const beyond = `Vanishing beyond ${counted(reached, "step")}`;
  if (cost !== undefined) {
    if (cost.blocks.length === 0) return trainedSentence(cost, verdict);
    const needs = cost.needs === null ? "" : `the task needs ${counted(cost.needs, "step")}`;
    const begin = vanishing
      ? `${beyond}${needs === "" ? "" : `; ${needs}`}. `
      : needs === ""
        ? ""
        : `The ${needs.slice(4)}. `;
    return begin + trainedSentence(cost, verdict);
  }
  if (information === undefined) return "";
  const { farthest, typical } = information;
  const needs = farthest === typical ? `${typical}` : `${typical} (up to ${farthest})`;
  return reached >= farthest
    ? `${beyond}; the task needs ${needs}, so this costs nothing here.`
    : `${beyond}; the task needs ${needs}.`;
}

function trainedSentence({ updates, trained, reference, verdict }: TaskCost, path: Verdict): string {
  const subject = SUBJECT[path] ?? "fading";
  const reaches = ({ loss, learned }: Learner) =>
    Number.isFinite(loss) ? `${percent(1 - learned)} of the trivial loss (${significant(loss)})` : "no finite loss";
  const own = `After ${counted(updates, "update")} the network reaches ${reaches(trained)}`;
  const other = reference === null ? "" : `, and with ${reference.change} ${reaches(reference)}`;
  const says = {
    costs: `${subject} costs that much here`,
    harmless: `${subject} costs nothing here`,
    unclear: `so what ${subject} costs here is not known`,
  } as const;
  return `${own}${other}: ${says[verdict]}.`;
}
