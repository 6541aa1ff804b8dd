import { EvanesceError } from "../../base/errors.ts";
import { command } from "../command.ts";
import { examples } from "../help.ts";
import { showComparison } from "../options/compare.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { terminal } from "../options/terminal.ts";
import { readResultFile } from "../result-file.ts";

/** `evanesce compare`: several results in one report. */
export const compare = command({
  name: "compare",
  summary: "Show results that `--json` printed in one report: profiles, verdicts, decay.",
  argument: { name: "<RESULT.json...>", help: "two or more results: all over steps, or all over layers" },
  options: { files: FILES, terminal: terminal("evanesce.comparison/1") },
  help: [
    examples(
      ["evanesce rnn --json > tanh.json", "measure one network"],
      ["evanesce rnn --cell lstm --json > lstm.json", "measure another one"],
      ["evanesce compare tanh.json lstm.json --html both.html", "compare both"],
      ["evanesce rnn --compare tanh,lstm,gru", "measure and compare with one command"],
    ),
  ],
  run: async ({ argument: paths, ...output }, context) => {
    if (paths.length < 2) throw new EvanesceError("compare", "at least two results", paths[0], "give another file");
    await requireFiles(output.files);
    const results = paths.map((path) => {
      const read = readResultFile(path);
      if (read.schema === "evanesce.flow/1") return read.result;
      const remedy = "give what `evanesce rnn`, `mlp` or `propagate` printed; `evanesce report` shows this one";
      throw new EvanesceError(`${path}.schema`, "evanesce.flow/1, a gradient's profile", read.schema, remedy);
    });
    await showComparison(results, undefined, output, context);
  },
});
