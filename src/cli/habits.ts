/*
 * Spellings from other frameworks. If such a spelling has a single meaning here, it is accepted; if not, the message
 * says what to write.
 */
import { CELLS } from "../catalogue/index.ts";
import type { Command } from "./command.ts";
import { longName } from "./options/option.ts";

/**
 * The words of a command line with other spellings of options replaced by our own. If the command has an option of that
 * name itself, the word stays.
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

/** Answers for options that no command has. */
const ANSWERS: Readonly<Record<string, string>> = {
  "--epochs":
    "`evanesce train` counts updates, each on one batch: write --updates N, which is epochs × samples / batch",
  "--bidirectional": "only recurrent networks have it: `evanesce rnn --bidirectional`",
  "--device": "everything runs on the CPU; `--threads auto` uses all its cores",
  "--num-workers": "write --threads N",
  "--workers": "write --threads N",
  "--random-seed": "write --seed N",
  "--seq-len": "write --steps T",
  "--sequence-length": "write --steps T",
};

/** The answer for an option that a command does not have; undefined if there is none. */
export const answerTo = (option: string): string | undefined => ANSWERS[option];

/** The command line that a user meant by a word such as `lstm`; undefined if the word is not known. */
export function commandFor(word: string): string | undefined {
  const name = word.toLowerCase();
  const cell = CELLS.find((each) => each === name || each.replaceAll("_", "") === name);
  return cell === undefined ? undefined : `evanesce rnn --cell ${cell}`;
}
