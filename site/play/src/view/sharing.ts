import type { BroughtFile } from "../brought.ts";
import { type PageState, toAddress } from "../model/address.ts";
import { asCode, asCommand, asFileCommand } from "../model/command.ts";
import type { Measured } from "../model/experiment.ts";
import { byId, say } from "./dom.ts";

/** The facts about the page that the buttons for sharing need. */
export interface Page {
  readonly state: () => PageState;
  readonly shown: () => Measured | null;
  readonly brought: () => BroughtFile | null;
  /** Whether the network that is shown has been trained: then no command can make it again. */
  readonly isTrained: () => boolean;
  /** The report of a measurement, as a page. */
  readonly report: (of: Measured & { readonly command: string | null }) => Promise<string>;
  readonly notice: (text: string) => void;
}

/** The buttons that copy a link, code or a command, and the one that opens the report. */
export function createSharing({ state, shown, brought, isTrained, report, notice }: Page): void {
  const onClick = (id: string, act: () => unknown) => byId(id).addEventListener("click", () => void act());
  /** The file of the weights, if they come from a file: then options alone are not enough. */
  const weights = () => (brought()?.weights === true ? (brought()?.name ?? null) : null);
  const options = () => (weights() === null ? asCommand(state().current) : null);
  const copyCode = (what: string) => copy(asCode(state().current, weights()), what);
  onClick("copy-link", () => {
    const file = brought();
    return copy(
      new URL(toAddress(state()), location.href).href,
      file === null ? "Link" : `Link (the file ${file.name} is not in it)`,
    );
  });
  onClick("copy-code", () => copyCode("Code"));
  onClick("copy-command", () => {
    const command = options() ?? asFileCommand(state().current, weights());
    return command === null ? copyCode("Code (no command gives these numbers)") : copy(command, "Command");
  });
  onClick("open-report", async () => {
    const measured = shown();
    if (measured === null) return;
    const html = await report({ ...measured, command: isTrained() ? null : options() });
    const address = URL.createObjectURL(new Blob([html], { type: "text/html" }));
    const opened = window.open(address, "_blank");
    if (opened === null) notice("The browser has kept the report's window shut: allow windows of this page.");
  });
}

async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(byId("copied"), `${what} copied.`);
  } catch {
    byId("copied-text").hidden = false;
    say(byId("copied-text"), text);
    say(byId("copied"), `${what}: the browser does not let a page copy; take it from here.`);
  }
}
