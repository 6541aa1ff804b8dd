/** The advice of a diagnosis: a sentence, or a sentence with the options and the change of the spec. */
export type Advice =
  | string
  | {
      readonly sentence: string;
      /** Words of a command line, `--init he_normal`; null if no option does it. */
      readonly options?: string | readonly string[] | null | undefined;
      readonly patch?: unknown;
    };

/** One piece of advice, ready to be printed. */
export interface AdviceLine {
  readonly sentence: string;
  /** Options to add to a command line. */
  readonly options?: string;
  /** Whether it comes from a rule, so that `prescribe` may find a better remedy. */
  readonly isRule?: true;
}

/** The line that names the command which tries every remedy. */
export const PRESCRIBE = { label: "Every remedy, tried and ranked:", command: "evanesce prescribe" } as const;

/** Every piece of advice, the best first. */
export function adviceLines(advice: Advice | readonly Advice[] | undefined): AdviceLine[] {
  if (advice === undefined) return [];
  const all = Array.isArray(advice) ? (advice as readonly Advice[]) : [advice as Advice];
  return all.map((each) => {
    if (typeof each === "string") return { sentence: each };
    const { sentence, options } = each;
    const words = typeof options === "string" ? options : (options ?? []).join(" ");
    if (words === "") return { sentence };
    return { sentence, options: words, ...(each.patch === undefined ? {} : { isRule: true }) };
  });
}
