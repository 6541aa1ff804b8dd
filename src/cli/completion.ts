import type { Command } from "./command.ts";
import { longName, type Option } from "./options/option.ts";

/*
 * Completion scripts for shells, written from the declarations of the commands and their options.
 */

export const SHELLS = ["bash", "zsh", "fish"] as const;
/** A shell that has a completion script. */
export type Shell = (typeof SHELLS)[number];

interface Entry {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionEntry[];
  /** Words that are allowed without an option. */
  readonly words: readonly string[];
  /** Whether files are allowed without an option. */
  readonly takesFiles: boolean;
}

interface OptionEntry {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  readonly takesFile: boolean;
  /** Values that a table names. */
  readonly values: readonly string[];
}

const HELP: OptionEntry = {
  long: "--help",
  short: "-h",
  description: "print this help",
  takesValue: false,
  takesFile: false,
  values: [],
};

/** @param commands every command of the program */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const entries = commands.map(entryOf);
  const help: Entry = {
    name: "help",
    description: "print a command's help",
    options: [],
    words: entries.map(({ name }) => name),
    takesFiles: false,
  };
  return { bash, zsh, fish }[shell]([...entries, help]);
}

function entryOf({ name, summary, argument, options }: Command): Entry {
  return {
    name,
    description: summary,
    options: [...options.map(optionEntry), HELP],
    words: argument?.choices ?? [],
    takesFiles: argument !== undefined && argument.choices === undefined,
  };
}

const optionEntry = (option: Option): OptionEntry => ({
  long: longName(option),
  short: /^-\w(?=,)/.exec(option.flags)?.[0],
  description: option.help,
  takesValue: /[<[]/.test(option.flags),
  takesFile: /<(file|path|folder)>/.test(option.flags),
  values: option.choices ?? option.names ?? [],
});

function bash(entries: readonly Entry[]): string {
  const names = entries.map(({ name }) => name).join(" ");
  const cases = entries
    .map(({ name, options, words, takesFiles }) => {
      const flags = options.flatMap(({ long, short }) => [long, ...(short === undefined ? [] : [short])]);
      const named = options
        .filter(({ values }) => values.length > 0)
        .map(({ long, values }) => `        ${long}) values="${values.join(" ")}" ;;`);
      const kind = (title: string, some: readonly OptionEntry[]) =>
        some.length === 0 ? [] : [`        ${some.map(({ long }) => long).join("|")}) ${title} ;;`];
      const files = kind(
        "files=yes",
        options.filter(({ takesFile }) => takesFile),
      );
      const free = kind(
        "free=yes",
        options.filter(({ takesValue, takesFile, values }) => takesValue && !takesFile && values.length === 0),
      );
      const rows = [...named, ...files, ...free];
      return [
        `    ${name})`,
        `      words="${[...words, ...flags].join(" ")}"`,
        ...(takesFiles ? ["      plain=yes"] : []),
        ...(rows.length === 0 ? [] : ['      case "$prev" in', ...rows, "      esac"]),
        "      ;;",
      ].join("\n");
    })
    .join("\n");
  return `# evanesce completion bash > ~/.local/share/bash-completion/completions/evanesce
_evanesce() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local words="" values="" files="" free="" plain=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases}
  esac
  if [ -n "$values" ]; then COMPREPLY=($(compgen -W "$values" -- "$cur")); return; fi
  if [ -n "$free" ]; then return; fi
  local IFS=$'\\n'
  if [ -n "$files" ]; then COMPREPLY=($(compgen -f -- "$cur")); return; fi
  COMPREPLY=($(IFS=$' \\t\\n' compgen -W "$words" -- "$cur"))
  if [ -n "$plain" ]; then
    case "$cur" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$cur")) ;; esac
  fi
}
complete -o filenames -F _evanesce evanesce
`;
}

function zsh(entries: readonly Entry[]): string {
  const spec = (text: string) => text.replace(/[\\[\]:]/g, "\\$&").replaceAll("'", "'\\''");
  const commands = entries.map(({ name, description }) => `    '${name}:${spec(description)}'`).join("\n");
  const cases = entries
    .map(({ name, options, words, takesFiles }) => {
      const rows = options.map(({ long, short, description, takesValue, takesFile, values }) => {
        const known = values.length > 0 ? `(${values.join(" ")})` : takesFile ? "_files" : " ";
        const rest = `'[${spec(description)}]${takesValue ? `:value:${known}` : ""}'`;
        return short === undefined ? `'${long}${rest.slice(1)}` : `'(${short} ${long})'{${short},${long}}${rest}`;
      });
      const rest = words.length > 0 ? [`'1:name:(${words.join(" ")})'`] : takesFiles ? ["'*:file:_files'"] : [];
      return `    ${name})\n      _arguments \\\n${[...rows, ...rest].map((row) => `        ${row}`).join(" \\\n")} ;;`;
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
  const top = 'complete -c evanesce -n "__fish_use_subcommand"';
  const lines = entries.flatMap(({ name, description, options, words, takesFiles }) => {
    const here = `complete -c evanesce -n "__fish_seen_subcommand_from ${name}"`;
    return [
      `${top} -f -a ${name} -d ${text(description)}`,
      ...(words.length === 0 ? [] : [`${here} -f -a ${text(words.join(" "))}`]),
      ...(words.length === 0 && !takesFiles ? [`${here} -f`] : []),
      ...options.map(({ long, short, description: what, takesValue, takesFile, values }) => {
        const letter = short === undefined ? "" : ` -s ${short.slice(1)}`;
        const known = values.length > 0 ? ` -x -a ${text(values.join(" "))}` : takesFile ? " -r -F" : " -x";
        const value = takesValue ? known : "";
        return `${here} -l ${long.slice(2)}${letter}${value} -d ${text(what)}`;
      }),
    ];
  });
  const own = [`${top} -s h -l help -d 'print the help'`, `${top} -s V -l version -d 'print the version'`];
  return `# evanesce completion fish > ~/.config/fish/completions/evanesce.fish\n${[...own, ...lines].join("\n")}\n`;
}
