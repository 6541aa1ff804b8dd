/*
 * Spellings that people bring from other frameworks: accepted where they have one meaning here, else answered.
 */
import { CELLS } from "../catalogue/index.ts";
import type { Command } from "./command.ts";
import { longName } from "./options/option.ts";

/**
 * The words of a command line with every other spelling of an option replaced by the option's own. An option that the
 * command has under that very name stays.
 */
export function inOwnWords(argv: readonly string[], { options }: Command): string[] {
  const own = new Set(options.map(longName));
  const meanings = new Map(options.flatMap((each) => (each.also ?? []).map((name) => [name, longName(each)] as const)));
  return argv.map((word) => {
    const [name] = word.split("=", 1);
    const meaning = own.has(name) ? undefined : meanings.get(name);
    return meaning === undefined ? word : meaning + word.slice(name.length);
  });
}

/** Answers to options that no command has. */
const ANSWERS: Readonly<Record<string, string>> = {
  "--epochs":
    "`evanesce train` counts updates, each on one batch: write --updates N, which is epochs × samples / batch",
  "--bidirectional": "of a recurrent network: `evanesce rnn --bidirectional`",
  "--device": "everything runs on the processor, `--threads auto` on all its cores",
  "--num-workers": "write --threads N",
  "--workers": "write --threads N",
  "--random-seed": "write --seed N",
  "--seq-len": "write --steps T",
  "--sequence-length": "write --steps T",
};

/** The answer to an option that a command does not have; undefined where there is none. */
export const answerTo = (option: string): string | undefined => ANSWERS[option];

/** The command line that a word meant as a command stands for: `lstm`. */
export function commandFor(word: string): string | undefined {
  const name = word.toLowerCase();
  const cell = CELLS.find((each) => each === name || each.replaceAll("_", "") === name);
  return cell === undefined ? undefined : `evanesce rnn --cell ${cell}`;
}
