/** Completion in the shells themselves, where they are installed. */
import { CELLS } from "../../src/catalogue/index.ts";
import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { CLAIMS } from "../../src/experiments/index.ts";
import { evanesce, spawned, workspace } from "./command.ts";

const files = workspace();
afterAll(() => files.remove());
files.write("result.json", "{}");

/** Whether a shell is installed. */
function has(shell: string): boolean {
  try {
    execFileSync(shell, ["-c", "true"]);
    return true;
  } catch {
    return false;
  }
}

async function script(shell: string, name: string): Promise<string> {
  const { code, stdout, stderr } = await evanesce(["completion", shell]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return files.write(name, stdout);
}

/** Lines a user may have typed, and what Tab makes of their last words: every one offered, or the only one. */
const TYPED: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["evanesce rn", ["rnn"]],
  ["evanesce pre", ["predict", "prescribe"]],
  ["evanesce help compl", ["completion"]],
  ["evanesce completion f", ["fish"]],
  ["evanesce mlp --dep", ["--depth"]],
  ["evanesce rnn --cell lstm_c", ["lstm_coupled"]],
  ["evanesce rnn --norm l", ["layer"]],
  ["evanesce rnn --build rel", ["relaxed"]],
  ["evanesce train --optimizer adag", ["adagrad"]],
  ["evanesce claims --only cause-d", ["cause-depth"]],
  ["evanesce report res", ["result.json"]],
  ["evanesce rnn --html res", ["result.json"]],
  ["evanesce rnn res", []],
  ["evanesce rnn --hidden res", []],
];

describe.skipIf(!has("bash"))("in bash", () => {
  it("offers what fits", async () => {
    const path = await script("bash", "completion.bash");
    // each line's words to a call of the function, as Tab does
    const asked = TYPED.map(([line]) => {
      const words = line.split(" ").map((word) => `"${word}"`);
      return `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _evanesce; echo "\${COMPREPLY[*]}"`;
    });
    const { stdout, stderr } = await spawned("bash", [
      "-c",
      `cd "${files.folder}"; source "${path}"; ${asked.join("; ")}`,
    ]);
    expect(stderr).toBe("");
    const offers = stdout.split("\n").slice(0, -1);
    expect(offers.map((each) => each.split(" ").sort().join(" "))).toEqual(
      TYPED.map(([, offered]) => offered.join(" ")),
    );
  });
});

describe.skipIf(!has("fish"))("in fish", () => {
  it("offers what fits, with what it means", async () => {
    const path = await script("fish", "completion.fish");
    const asked = TYPED.map(([line]) => `complete -C '${line}'; echo ==`);
    const command = `cd "${files.folder}"; source "${path}"; ${asked.join("; ")}`;
    const { stdout, stderr } = await spawned("fish", ["--no-config", "-c", command]);
    expect(stderr).toBe("");
    const answers = stdout.split("==\n").slice(0, -1);
    const words = answers.map((text) => text.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0]])));
    expect(words).toEqual(TYPED.map(([, offered]) => offered));
    expect(answers[0]).toContain("Measure how a gradient travels back");
  });
});

describe.skipIf(!has("zsh"))("in zsh, in a pseudo-terminal of its own", () => {
  it("completes what there is one of, and leaves the rest", async () => {
    await script("zsh", "_evanesce");
    // An interactive zsh; after Tab a key prints the line as it stands now.
    const keys = TYPED.map(
      ([line]) => `zpty -w -n z $'${line}\\t\\x07'; zpty -r z out '*<<*>>*'; print -r -- "\${\${out##*<<}%%>>*}"`,
    );
    const session = `
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z 'PROMPT= fpath=("${files.folder}" $fpath); cd "${files.folder}"; autoload -Uz compinit && compinit -u -D'
      zpty -w z 'show() { print -rn -- "<<$BUFFER>>"; BUFFER=; }; zle -N show; bindkey "^G" show; setopt no_beep no_auto_menu; print rea""dy'
      zpty -r z out '*ready*'
      ${keys.join("\n")}
      zpty -d z`;
    const { stdout, stderr } = await spawned("zsh", ["-f", "-c", session], { env: { TERM: "dumb" } });
    expect(stderr).toBe("");
    const completed = TYPED.map(([line, offered]) => {
      const head = line.slice(0, line.lastIndexOf(" ") + 1);
      return offered.length === 1 ? `${head}${offered[0]} ` : line;
    });
    expect(stdout.split("\n").slice(0, -1)).toEqual(completed);
  });
});

it("every script knows every command, option and name of the tables", async () => {
  const commands = [...(await evanesce(["--help"])).stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(6);
  const known = [...commands.filter((each) => each !== "evanesce"), ...CELLS, ...CLAIMS.map(({ id }) => id)];
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await evanesce(["completion", shell]);
    for (const name of [...known, "truncate", "compare", "time-skip"]) expect(stdout, shell).toContain(name);
  }
});
