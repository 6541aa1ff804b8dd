import { command } from "../command.ts";
import { examples } from "../help.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { terminal } from "../options/terminal.ts";
import { readResultFile } from "../result-file.ts";
import { showResult } from "../show-result.ts";

/** `evanesce report`: reads a result that `--json` printed and shows it. */
export const report = command({
  name: "report",
  summary: "Show a result that `--json` printed: in the terminal, as a page, as figures.",
  argument: { name: "<RESULT.json>", help: "a result that `--json` printed; - for standard input" },
  options: { files: FILES, terminal: terminal("the same as in the file") },
  help: [
    examples(
      ["evanesce rnn --json > flow.json", "measures and keeps the result"],
      ["evanesce report flow.json --html flow.html", "shows it again, as a page"],
      ["evanesce report trace.json --svg figures", "writes every figure of a result into a folder"],
      ["evanesce report flow.json --figure ledger --png ledger.png", "writes one figure"],
    ),
  ],
  run: async ({ argument, ...output }, context) => {
    await requireFiles(output.files);
    await showResult(readResultFile(argument), output, context);
  },
});
