import { counted, percent, significant } from "../words/numbers.ts";
import type { Reach } from "../metrics/index.ts";
import type { Verdict } from "./verdict-name.ts";

/** The effect on the loss when one block of steps is shuffled among the samples. */
export interface BlockCost {
  /** Steps from ≤ t < to. */
  readonly from: number;
  readonly to: number;
  /** The rise of the loss, as a share of the trivial loss: of the untrained network, the trained one, the reference. */
  readonly untrained: number;
  readonly trained: number;
  readonly reference: number | null;
}

/** The result of a short training. */
export interface Learner {
  /** Loss on held-out samples; NaN if the training diverged. */
  readonly loss: number;
  /** 1 − loss/trivial, at least 0. */
  readonly learned: number;
}

/**
 * The cost of a vanishing or exploding gradient on one task: where in a sequence the information lies, and how much the
 * network learns. Plain data.
 */
export interface TaskCost {
  readonly schema: "evanesce.task-cost/1";
  /** T; 1 for a deep network. */
  readonly steps: number;
  readonly updates: number;
  /** The held-out loss of the best answer that does not depend on the input. */
  readonly trivial: number;
  readonly trained: Learner;
  /** The network with another initialization and other batches; null unless it did not learn with the first ones. */
  readonly secondSeed: Learner | null;
  /** The network with the change that the advice proposes, trained in the same way; null without such a change. */
  readonly reference: (Learner & { readonly change: string }) | null;
  /** The effect of each block of steps; empty for a deep network. */
  readonly blocks: readonly BlockCost[];
  /** The last `needs` steps hold 95 % of the information that the better learner uses; null if neither learned. */
  readonly needs: number | null;
  /**
   * `harmless`: the network learns as much as the reference; `slows`: it learns less, but its loss falls to half of the
   * trivial loss; `costs`: it stays above that; `unclear`: neither learned, or there is no reference.
   */
  readonly verdict: "costs" | "slows" | "harmless" | "unclear";
}

/** How far back the information lies, for tasks that know it: steps back from the loss that needs it. */
export interface Information {
  readonly farthest: number;
  readonly typical: number;
}

/** The subject of the sentence about the cost, for each verdict on the path. */
const SUBJECT: Partial<Record<Verdict, string>> = {
  healthy: "the path",
  exploding: "the growing gradient",
  dead: "the dead path",
  mixed: "the disagreement of the samples",
  nonfinite: "the overflow",
  blocked: "the fault outside of the path",
};

/**
 * A sentence that says whether a vanishing or exploding gradient matters on this task; empty if the path is healthy or
 * nothing is known.
 */
export function costSentence(
  verdict: Verdict,
  { stations: reached }: Reach,
  information: Information | undefined,
  cost: TaskCost | undefined,
): string {
  const vanishing = verdict === "vanishing";
  if (!vanishing && cost === undefined) return "";
  const beyond = `The gradient reaches ${counted(reached, "step")} back`;
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
    ? `${beyond}; the task needs ${needs}, so vanishing costs nothing here.`
    : `${beyond}; the task needs ${needs}.`;
}

function trainedSentence({ updates, trained, secondSeed, reference, verdict }: TaskCost, path: Verdict): string {
  const subject = SUBJECT[path] ?? "vanishing";
  const reaches = ({ loss, learned }: Learner) =>
    Number.isFinite(loss) ? `${percent(1 - learned)} of the trivial loss (${significant(loss)})` : "no finite loss";
  const again = secondSeed === null ? "" : ` and, on a second seed, ${reaches(secondSeed)}`;
  const own = `After ${counted(updates, "update")} the network reaches ${reaches(trained)}${again}`;
  const other = reference === null ? "" : `, and with ${reference.change} ${reaches(reference)}`;
  const says = {
    costs: `${subject} costs this difference`,
    slows: `${subject} slows learning down here and does not prevent it`,
    harmless: `${subject} costs nothing here`,
    unclear: `the cost of ${subject} is not known`,
  } as const;
  return `${own}${other}: ${says[verdict]}.`;
}
