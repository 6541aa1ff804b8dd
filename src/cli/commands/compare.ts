import { Command } from "commander";
import { EvanesceError } from "../../base/errors.ts";
import { showComparison } from "../compare.ts";
import { examples } from "../help.ts";
import type { Host } from "../host.ts";
import { addOutputOptions } from "../options.ts";
import { addFileOptions, requireFiles } from "../outputs.ts";
import type { ShowFlags } from "../show.ts";
import { readResultFile } from "./report.ts";

/** `evanesce compare`: results beside each other. */
export function compareCommand(host: Host): Command {
  const command = new Command("compare")
    .description("Put results that `--json` printed beside each other: profiles, verdicts, decay.")
    .argument("<RESULT.json...>", "two results and more, along one axis");
  return addOutputOptions(addFileOptions(command), "evanesce.comparison/1")
    .addHelpText(
      "after",
      examples(
        ["evanesce rnn --json > tanh.json", "measure some …"],
        ["evanesce rnn --cell lstm --json > lstm.json", "…"],
        ["evanesce compare tanh.json lstm.json --html both.html", "… and look at them together"],
        ["evanesce rnn --compare tanh,lstm,gru", "the same in one go"],
      ),
    )
    .action(async (paths: string[], flags: ShowFlags) => {
      if (paths.length < 2) throw new EvanesceError("compare", "at least two results", paths[0], "give another file");
      await requireFiles(flags);
      const results = paths.map((path) => {
        const read = readResultFile(path);
        if (read.schema === "evanesce.flow/1") return read.result;
        const remedy = "give what `evanesce rnn`, `mlp` or `propagate` printed; `evanesce report` shows this one";
        throw new EvanesceError(`${path}.schema`, "evanesce.flow/1, a gradient's profile", read.schema, remedy);
      });
      await showComparison(results, undefined, flags, host);
    });
}
