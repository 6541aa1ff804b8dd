import { EvanesceError } from "../../base/errors.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { command } from "../command.ts";
import { examples } from "../help.ts";
import { ASSUMED, MODEL, requireNoModelOptions } from "../options/model.ts";
import { group, nothingLeft, optionWithDefault } from "../options/option.ts";
import { whole } from "../options/parsers.ts";
import { findSite } from "../site-folder.ts";
import { readNetworkFile } from "../spec.ts";
import { serveFolder } from "../static-server.ts";

/** `evanesce play`: serves the playground on this machine. */
export const play = command({
  name: "play",
  summary: "Serve the playground on this machine: sliders, live profiles and levels. It can start with your network.",
  argument: { name: "[SPEC.json|MODEL]", help: "the network at the start; only the spec of a model file is used" },
  options: {
    server: group("Server", [
      optionWithDefault("--port <n>", "port on 127.0.0.1; 0 takes any free port", 0, { parse: whole(0, 65_535) }),
    ]),
    model: MODEL,
    assumed: ASSUMED,
  },
  help: [
    `\nThe address is printed; open it in a browser. Ctrl-C ends the server. Nothing
leaves this machine: the page asks for its own files alone.`,
    examples(
      ["evanesce play", "the playground"],
      ["evanesce play net.json --port 8080", "your own network, at a fixed address"],
    ),
  ],
  run: async ({ argument: path, server: { port, ...more }, model, assumed }, { stdout, signal }) => {
    nothingLeft(more);
    const choices = { ...model, ...assumed };
    if (path === undefined) requireNoModelOptions(choices, undefined);
    const site = findSite();
    if (site === undefined) {
      const remedy = "run `npm run site` or `npm run build` in the clone of evanesce that this program is in";
      throw new EvanesceError("play", "a built site", "none", remedy);
    }
    const spec = path === undefined ? undefined : (await readNetworkFile(path, choices)).spec;
    signal.throwIfAborted();
    const { server, url } = await serveFolder(site.folder, port);
    const ended = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    });
    await stdout.write(`${url}${site.page}${spec === undefined ? "" : addressOf(spec)}\n`);
    await ended;
    throw signal.reason;
  },
});

/** The part of the playground's address that describes a network. */
const addressOf = (spec: NetworkSpec): string => `#${new URLSearchParams({ network: JSON.stringify(spec) })}`;
