import { flowFields } from "./json.ts";
import type { FlowResult } from "./result.ts";
import { flowToLine, flowToText } from "./text/index.ts";
import type { TerminalOptions } from "../kit/terminal/theme.ts";

/** How a flow is printed: a part of its row in the registry, and all that `evanesce rnn` needs of it. */
export const PRINTED_FLOW = {
  fields: ({ flow, diagnosis, extras }: FlowResult) => flowFields(flow, diagnosis, extras),
  text: ({ flow, diagnosis, extras }: FlowResult, options?: TerminalOptions) =>
    flowToText(flow, diagnosis, options, extras),
  line: ({ diagnosis }: FlowResult, options?: TerminalOptions) => flowToLine(diagnosis, options),
};
