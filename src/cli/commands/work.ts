import { EvanesceError } from "../../base/errors.ts";
import { hostThreads } from "../../parallel/thread.ts";
import { counted } from "../../words/numbers.ts";
import { command } from "../command.ts";
import { Interrupted, TERMINATED } from "../context.ts";
import { examples } from "../help.ts";
import { group, nothingLeft, option, optionWithDefault } from "../options/option.ts";
import { real, threads } from "../options/parsers.ts";

/** `evanesce work`: measures the cells of a queue. */
export const work = command({
  name: "work",
  summary: "Measure the cells that `evanesce sweep --queue` puts into a queue, until stopped.",
  options: {
    queue: group("Queue", [
      option("--queue <url>", "address of the Redis server: redis://HOST:PORT"),
      optionWithDefault(
        "--threads <n>",
        "number of cells at once, each in a process of its own; auto uses every core",
        "auto",
        { parse: threads },
      ),
      optionWithDefault("--time-limit <s>", "seconds that a cell may take", 600, { parse: real }),
      option("--idle <s>", "end when the queue has been empty for this many seconds (default: never)", { parse: real }),
      option("--pause", "stop the whole queue; workers finish their current cells"),
      option("--resume", "start the whole queue again"),
      option("-q, --quiet", "print no line for each cell"),
    ]),
  },
  help: [
    `\nCtrl-C and SIGTERM let the cells under way end. The exit code is then 130 or 0. A
worker that is killed loses nothing: its cells go to another one.`,
    examples(
      ["evanesce work --queue redis://10.0.0.5:6379", "on any number of machines"],
      ["evanesce sweep map.json --queue redis://10.0.0.5:6379", "gives them a map"],
    ),
  ],
  run: async ({ queue: values }, { stderr, signal }) => {
    const { queue: url, threads: asked, timeLimit, idle, pause, resume, quiet, ...more } = values;
    nothingLeft(more);
    if (url === undefined)
      throw new EvanesceError(
        "--queue",
        "the address of a Redis server",
        undefined,
        "write --queue redis://127.0.0.1:6379",
      );
    const { pauseQueue, work: measure } = await import("../../sweeps/node/queue/worker.ts");
    if (pause || resume) return pauseQueue(url, pause === true);
    const onCell = (id: string, failed: string | undefined) => {
      if (!quiet) void stderr.write(failed === undefined ? `${id}\n` : `${id}: ${failed}\n`);
    };
    const finished = await measure({
      ...{ url, signal, timeLimit, onCell, threads: asked === "auto" ? hostThreads() : asked },
      idleMs: idle === undefined ? undefined : idle * 1000,
    });
    if (!quiet) await stderr.write(`measured ${counted(finished, "cell")}\n`);
    // SIGTERM asks a service to end, so this end is a success. Other interruptions, such as Ctrl-C, have exit codes of
    // their own.
    if (signal.reason instanceof Interrupted && signal.reason.exitCode !== TERMINATED) throw signal.reason;
  },
});
