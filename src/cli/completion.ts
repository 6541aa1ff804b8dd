import type { Command } from "commander";
import { ACTIVATIONS, CELLS, NORMS, RESIDUALS, WEIGHT_INITS } from "../spec/names.ts";
import { TASKS } from "../tasks/index.ts";

/** Completion scripts for shells, written from the commands themselves, so that they know every option there is. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Entry {
  readonly name: string;
  readonly description: string;
  readonly options: readonly {
    readonly long: string;
    readonly short: string | undefined;
    readonly description: string;
    readonly takesValue: boolean;
    readonly takesFile: boolean;
    /** Values it may have, where a table names them. */
    readonly values: readonly string[];
  }[];
  /** What stands without an option: a file, or one of these. */
  readonly words: readonly string[];
}

const TASK_NAMES = TASKS.map(({ name }) => name);

/** Options whose values are names of a table. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "--cell": CELLS,
  "--activation": ACTIVATIONS,
  "--init": WEIGHT_INITS,
  "--input-init": WEIGHT_INITS,
  "--readout-init": WEIGHT_INITS,
  "--norm": NORMS,
  "--residual": RESIDUALS,
  "--task": TASK_NAMES,
};

/** @param root the whole program */
export function completionScript(shell: Shell, root: Command): string {
  const entries = root.commands.map(entryOf);
  return { bash, zsh, fish }[shell](entries);
}

const entryOf = (command: Command): Entry => ({
  name: command.name(),
  description: command.description(),
  options: command.options.flatMap(({ long, short, description, flags, required, optional }) =>
    long == null
      ? []
      : [
          {
            long,
            short,
            description,
            takesValue: required || optional,
            takesFile: /<(file|path)>/.test(flags),
            values: VALUES[long] ?? [],
          },
        ],
  ),
  words: command.name() === "completion" ? SHELLS : [],
});

function bash(entries: readonly Entry[]): string {
  const names = entries.map(({ name }) => name).join(" ");
  const valued = Object.entries(VALUES)
    .map(([option, values]) => `    ${option}) COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$cur")); return ;;`)
    .join("\n");
  const cases = entries
    .map(({ name, options, words }) => {
      const flags = options.flatMap(({ long, short }) => [long, ...(short === undefined ? [] : [short])]);
      const plain = words.length === 0 ? "" : ` ${words.join(" ")}`;
      return `    ${name}) words="${flags.join(" ")} --help${plain}" ;;`;
    })
    .join("\n");
  return `# evanesce completion bash > ~/.local/share/bash-completion/completions/evanesce
_evanesce() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} help --help --version" -- "$cur"))
    return
  fi
  case "$prev" in
${valued}
  esac
  case "\${COMP_WORDS[1]}" in
    help) words="${names}" ;;
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  case "$cur" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$cur")) ;; esac
}
complete -o filenames -F _evanesce evanesce
`;
}

function zsh(entries: readonly Entry[]): string {
  const spec = (text: string) => text.replace(/[\\[\]:]/g, "\\$&").replaceAll("'", "'\\''");
  const commands = entries.map(({ name, description }) => `    '${name}:${spec(description)}'`).join("\n");
  const cases = entries
    .map(({ name, options, words }) => {
      const rows = options.map(({ long, description, takesValue, takesFile, values }) => {
        const known = values.length > 0 ? `(${values.join(" ")})` : takesFile ? "_files" : " ";
        const value = takesValue ? `:value:${known}` : "";
        return `        '${long}[${spec(description)}]${value}'`;
      });
      const rest = words.length > 0 ? `'*:shell:(${words.join(" ")})'` : "'*:file:_files'";
      return `    ${name})\n      _arguments \\\n${rows.map((row) => `${row} \\`).join("\n")}\n        ${rest} ;;`;
    })
    .join("\n");
  return `#compdef evanesce
# evanesce completion zsh > ~/.zfunc/_evanesce
_evanesce() {
  local -a commands
  commands=(
${commands}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$name" in
${cases}
  esac
}
if [ "$funcstack[1]" = _evanesce ]; then _evanesce "$@"; else compdef _evanesce evanesce; fi
`;
}

function fish(entries: readonly Entry[]): string {
  const text = (value: string) => `'${value.replace(/[\\']/g, "\\$&")}'`;
  const names = entries.map(({ name }) => name).join(" ");
  const lines = entries.flatMap(({ name, description, options, words }) => {
    const here = `complete -c evanesce -n "__fish_seen_subcommand_from ${name}"`;
    return [
      `complete -c evanesce -n "not __fish_seen_subcommand_from ${names}" -f -a ${name} -d ${text(description)}`,
      ...(words.length === 0 ? [] : [`${here} -f -a ${text(words.join(" "))}`]),
      ...options.map(({ long, short, description: what, takesValue, takesFile, values }) => {
        const letter = short === undefined ? "" : ` -s ${short.slice(1)}`;
        const known = values.length > 0 ? ` -x -a ${text(values.join(" "))}` : takesFile ? " -r" : " -x";
        const value = takesValue ? known : "";
        return `${here} -l ${long.slice(2)}${letter}${value} -d ${text(what)}`;
      }),
    ];
  });
  return `# evanesce completion fish > ~/.config/fish/completions/evanesce.fish\n${lines.join("\n")}\n`;
}
