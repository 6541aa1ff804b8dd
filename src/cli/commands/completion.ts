import { Argument, Command } from "commander";
import { completionScript, SHELLS, type Shell } from "../completion.ts";
import { examples } from "../help.ts";
import type { Host } from "../host.ts";

/** `evanesce completion`: what a shell needs to finish words. */
export function completionCommand(host: Host): Command {
  return new Command("completion")
    .description("Print a script that completes commands, options and names in your shell.")
    .addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
    .addHelpText(
      "after",
      examples(
        ["evanesce completion bash > ~/.local/share/bash-completion/completions/evanesce", "bash"],
        ["evanesce completion zsh > ~/.zfunc/_evanesce", "zsh, with ~/.zfunc in fpath"],
        ["evanesce completion fish > ~/.config/fish/completions/evanesce.fish", "fish"],
      ),
    )
    .action((shell: Shell, _flags: object, self: Command) =>
      host.stdout.write(completionScript(shell, self.parent as Command)),
    );
}
