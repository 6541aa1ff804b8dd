import { Command } from "commander";
import { decodeText } from "../../formats/index.ts";
import { parseJson } from "../../formats/json.ts";
import { type ReadResult, readResult } from "../../report/index.ts";
import { readBytes } from "../files.ts";
import { examples } from "../help.ts";
import type { Host } from "../host.ts";
import { addOutputOptions } from "../options.ts";
import { addFileOptions, requireFiles } from "../outputs.ts";
import { type ShowFlags, showResult } from "../show.ts";

/** `evanesce report`: what `--json` printed, read back and shown. */
export function reportCommand(host: Host): Command {
  const command = new Command("report")
    .description("Show a result that `--json` printed: in the terminal, as a page, as figures.")
    .argument("<RESULT.json>", "what `--json` printed; - for standard input");
  return addOutputOptions(addFileOptions(command), "as it was")
    .addHelpText(
      "after",
      examples(
        ["evanesce rnn --json > flow.json", "measure once …"],
        ["evanesce report flow.json --html flow.html", "… and look at it again, in a browser"],
        ["evanesce report trace.json --svg figures", "every figure into a folder: of any command's result"],
        ["evanesce report flow.json --figure ledger --png ledger.png", "one of them"],
      ),
    )
    .action(async (path: string, flags: ShowFlags) => {
      await requireFiles(flags);
      await showResult(readResultFile(path), flags, host);
    });
}

/** @throws EvanesceError naming the file, and the field where it is a result that was changed */
export function readResultFile(path: string): ReadResult {
  const file = path === "-" ? "/dev/stdin" : path;
  const text = decodeText(path, readBytes(file));
  return readResult(parseJson(path, text, "print one with `evanesce rnn --json > result.json`"), path);
}
