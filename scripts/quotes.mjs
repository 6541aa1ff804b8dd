// Runs every command that the README and docs/ quote, and replaces the quoted output by the new output. A block
// ```console holds `$ evanesce …` and its whole output; a block ```text behind the comment
// <!-- begins: evanesce … --> holds the beginning of the output, and after each line `…` a later part: as many lines as
// are quoted, from the line whose first word is the same; the picture behind <!-- picture: evanesce … | FIGURE --> is the
// figure of that name that `--svg` draws, or the first one if no name is given. The pictures term-….svg come from
// term-pictures.mjs. Run after
// `npm run build`:
// `node scripts/quotes.mjs`, or with the name of one page
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { termPictures } from "./term-pictures.mjs";

const BLOCK = /```console\n([\s\S]*?)```/g;
const BEGINNING = /(<!-- begins: (evanesce[^>]*?) -->\n```text\n)([\s\S]*?)```/g;

const PICTURE = /<!-- picture: (evanesce[^>|]*?)(?: \| ([\w-]+))? -->\n!\[[^\]]*\]\(\.\/([\w/-]+\.svg)\)/g;

/** Text with every run of white space as one space: a page may break lines elsewhere. */
export const squeezed = (text) => text.split(/\s+/).join(" ").trim();

/** The commands of one block, each with the lines below it. */
const askedIn = (block) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => ({ command: part.slice(0, part.indexOf("\n")), answer: part.slice(part.indexOf("\n") + 1) }));

/** Every quote of a page: the command, its output, and whether the output is complete. */
export const quotes = (page) => [
  ...[...page.matchAll(BLOCK)].flatMap(([, block]) => askedIn(block).map((quote) => ({ ...quote, whole: true }))),
  ...[...page.matchAll(BEGINNING)].map(([, , command, answer]) => ({ command, answer, whole: false })),
];

/** The parts of a quote between its lines of `…`. */
export const partsOf = (answer) => answer.split(/^ *…\n/m);

const wordOf = (line) => /\p{L}[\p{L}\w.]*/u.exec(line)?.[0];

/** The same parts of what a command prints now. */
function partsAgain(answer, printed) {
  const lines = printed.split("\n");
  let at = 0;
  const gaps = answer.match(/^ *…\n/gm) ?? [];
  return partsOf(answer)
    .map((part, i) => {
      const quoted = part.trimEnd().split("\n");
      if (i > 0) at = lines.findIndex((line, j) => j >= at && wordOf(line) === wordOf(quoted[0]));
      if (at < 0) throw new Error(`no line begins with ${wordOf(quoted[0])}`);
      const again = lines
        .slice(at, at + quoted.length)
        .join("\n")
        .trimEnd();
      at += quoted.length;
      return `${again}\n${gaps[i] ?? ""}`;
    })
    .join("");
}

/** Every picture of a page: the command that draws it, the arguments that choose the figure, the file beside the page. */
export const pictures = (page) =>
  [...page.matchAll(PICTURE)].map(([, command, figure, file]) => ({
    command,
    file,
    chosen: figure === undefined ? [] : ["--figure", figure],
  }));

async function requote() {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const print = (command, ...more) =>
    execFileSync(process.execPath, [`${root}dist/cli/main.js`, ...command.split(" ").slice(1), ...more], {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
  mkdirSync(`${root}docs/pictures`, { recursive: true });
  const names = ["README.md", ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];
  const [only] = process.argv.slice(2);
  if (only === undefined || only === "docs/reading.md") {
    const built = [await import(`${root}dist/index.js`), await import(`${root}dist/report/pages.js`)];
    for (const [name, svg] of Object.entries(termPictures(...built))) {
      writeFileSync(`${root}docs/pictures/${name}.svg`, svg);
    }
  }
  for (const name of names.filter((file) => file.endsWith(".md") && (only === undefined || file === only))) {
    const page = readFileSync(root + name, "utf8");
    for (const { command, file, chosen } of pictures(page)) {
      print(command, "--quiet", "--svg", fileURLToPath(new URL(file, new URL(name, `file://${root}`))), ...chosen);
    }
    const whole = page.replace(BLOCK, (_, block) => {
      const parts = askedIn(block).map(({ command }) => `$ ${command}\n${print(command)}`);
      return `\`\`\`console\n${parts.join("")}\`\`\``;
    });
    const again = whole.replace(
      BEGINNING,
      (_, head, command, answer) => `${head}${partsAgain(answer, print(command))}\`\`\``,
    );
    if (again === page) continue;
    writeFileSync(root + name, again);
    console.log(name);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await requote();
