import type { TaskCost } from "../../src/diagnosis/index.ts";
import { type Rate, wilson } from "../calibrate/tally.ts";

/** One network on one task: its verdict, and whether it learns. */
export interface Judged {
  readonly name: string;
  readonly verdict: string;
  /** What the report says that a sick path costs on this task; null for a healthy network. */
  readonly price: TaskCost["verdict"] | null;
  readonly learns: boolean;
  /** Whether the task can be learned: by the network or by its mended twin. */
  readonly twinLearns: boolean;
  /** Held-out loss / loss of the trivial answer, for the median seed at the best rate. */
  readonly loss: number;
}

interface Plan {
  readonly optimizer: string;
  readonly updates: number;
  readonly batch: number;
  readonly rates: readonly number[];
}

export function formatTrainability(all: readonly Judged[], { optimizer, updates, batch, rates }: Plan): string {
  const counted = all.filter(({ twinLearns }) => twinLearns);
  const healthy = counted.filter(({ verdict }) => verdict === "healthy");
  const priced = (price: Judged["price"]) => counted.filter((one) => one.price === price);
  const sick = priced("costs");
  const idle = healthy.filter(({ learns }) => !learns);
  const able = sick.filter(({ learns }) => learns);
  const verdicts = [...new Set(counted.map(({ verdict }) => verdict))].sort();
  return [
    `${all.length} networks, ${updates} updates of ${optimizer} at rates ${rates.join(", ")}, batch ${batch}, 3 seeds. Learned: half of the trivial loss on 2 seeds.`,
    `${counted.length} stand on a task that they or their mended twins learn; the others are left out.`,
    "",
    `${"healthy but does not learn".padEnd(48)}${share(idle, healthy)}`,
    `${"said to matter on this task, but learns".padEnd(48)}${share(able, sick)}`,
    ...(
      [
        ["slows", "said to slow it down on this task, and learns"],
        ["harmless", "said to cost nothing on this task, and learns"],
        ["unclear", "said not to be known on this task, and learns"],
      ] as const
    ).map(([price, label]) => {
      const own = priced(price);
      const learned = own.filter(({ learns }) => learns);
      return `${label.padEnd(48)}${share(learned, own)}`;
    }),
    "",
    "verdict       learns  does not",
    ...verdicts.map((verdict) => {
      const own = counted.filter((one) => one.verdict === verdict);
      const learned = own.filter(({ learns }) => learns).length;
      return `${verdict.padEnd(12)}${String(learned).padStart(8)}${String(own.length - learned).padStart(10)}`;
    }),
    "",
    "healthy but does not learn:",
    ...named(idle),
    "",
    "said to matter, but learns:",
    ...named(able),
  ].join("\n");
}

const named = (ones: readonly Judged[]) =>
  ones.map(({ name, verdict, loss }) => `  ${name}: ${verdict}, ${loss.toPrecision(2)} of the trivial loss`);

function share(hits: readonly unknown[], trials: readonly unknown[]): string {
  const rate: Rate = { hits: hits.length, trials: trials.length };
  const interval = wilson(rate);
  if (interval === null) return "–";
  const percent = (part: number) => (100 * part).toFixed(1);
  return `${rate.hits} of ${rate.trials}, ${percent(rate.hits / rate.trials)} % (${percent(interval[0])} to ${percent(interval[1])})`;
}
