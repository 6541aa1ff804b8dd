import { command } from "../command.ts";
import { examples } from "../help.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { terminal } from "../options/terminal.ts";
import { readResultFile } from "../result-file.ts";
import { showResult } from "../show-result.ts";

/** `evanesce report`: a result that `--json` printed, read back and shown. */
export const report = command({
  name: "report",
  summary: "Show a result that `--json` printed: in the terminal, as a page, as figures.",
  argument: { name: "<RESULT.json>", help: "a result that `--json` printed; - for standard input" },
  options: { files: FILES, terminal: terminal("as it was") },
  help: [
    examples(
      ["evanesce rnn --json > flow.json", "measure once …"],
      ["evanesce report flow.json --html flow.html", "… and look at it again, in a browser"],
      ["evanesce report trace.json --svg figures", "every figure of any command's result into a folder"],
      ["evanesce report flow.json --figure ledger --png ledger.png", "one of them"],
    ),
  ],
  run: async ({ argument, ...output }, context) => {
    await requireFiles(output.files);
    await showResult(readResultFile(argument), output, context);
  },
});
