import { type Command, command } from "../command.ts";
import { completionScript, SHELLS, type Shell } from "../completion.ts";
import { examples } from "../help.ts";

/** `evanesce completion`: prints a script that completes words in a shell. @param all every other command */
export const completion = (all: readonly Command[]): Command => {
  const self = command({
    name: "completion",
    summary: "Print a script that completes commands, options and names in your shell.",
    argument: { name: "<shell>", help: "the shell of the script", choices: SHELLS },
    options: {},
    help: [
      examples(
        ["evanesce completion bash > ~/.local/share/bash-completion/completions/evanesce", "bash"],
        ["evanesce completion zsh > ~/.zfunc/_evanesce", "zsh, with ~/.zfunc in fpath"],
        ["evanesce completion fish > ~/.config/fish/completions/evanesce.fish", "fish"],
      ),
    ],
    run: ({ argument }, { stdout }): Promise<void> => stdout.write(completionScript(argument as Shell, [...all, self])),
  });
  return self;
};
