// Checks rules that the formatter does not check; part of `npm run lint`.
//
//   comments   keep to 120 columns in src/ and assembly/; in assembly/, which the formatter cannot read, code too
//   names      of files and folders are kebab-case
//   decorators stand on the line of what they decorate, in assembly/
//
// With --write, comments that are too wide are wrapped again.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const COLUMNS = 120;
/** The project's folders. */
const FOLDERS = ["src", "assembly", "test", "bench", "scripts", "site"];

/** The path of every file of the project, without built files and installed packages. */
const files = () =>
  FOLDERS.flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8", withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length).replaceAll("\\", "/"))
      .filter((path) => !/(^|\/)(node_modules|generated|__pycache__)\//.test(path)),
  );

/** Whether each line is part of a comment and no code. */
function commentLines(lines) {
  let inside = false;
  return lines.map((line) => {
    const text = line.trim();
    const begins = text.startsWith("/*");
    const comment = inside || begins || text.startsWith("//");
    if (begins || inside) inside = !text.includes("*/");
    return comment;
  });
}

/** Faults of one file: its path, its text. */
export function faultsOf(path, text) {
  const found = [];
  const [folder] = path.split("/");
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/\.(ts|mjs|js|py)$/.test(name) && !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/.test(name) && !/^\w+\.py$/.test(name)) {
    found.push(`${path}: a kebab-case name`);
  }
  if (!path.endsWith(".ts") || (folder !== "src" && folder !== "assembly")) return found;
  const lines = text.split("\n");
  const comments = commentLines(lines);
  lines.forEach((line, i) => {
    const length = [...line].length;
    if (length > COLUMNS && (comments[i] || folder === "assembly")) {
      found.push(`${path}:${i + 1}: at most ${COLUMNS} columns, got ${length}`);
    }
    if (folder === "assembly" && /^\s*@\w+$/.test(line)) {
      found.push(`${path}:${i + 1}: a decorator stands on the line of what it decorates`);
    }
  });
  return found;
}

/** Every fault in the project's files. */
export const styleFaults = () => files().flatMap((path) => faultsOf(path, readFileSync(`${root}${path}`, "utf8")));

/** The text of a file with every comment within COLUMNS: words that do not fit move to the next or a new line. */
export function rewrapped(text) {
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    if ([...lines[i]].length <= COLUMNS || !commentLines(lines)[i]) continue;
    const whole = /^(\s*)\/\*\*\s+(.*?)\s*\*\/$/.exec(lines[i]);
    if (whole !== null) {
      lines.splice(i, 1, `${whole[1]}/**`, `${whole[1]} * ${whole[2]}`, `${whole[1]} */`);
      i--;
      continue;
    }
    const [, lead] = /^(\s*(?:\*|\/\/)\s+)/.exec(lines[i]) ?? [];
    if (lead === undefined) continue;
    const words = lines[i].slice(lead.length).split(" ");
    const moved = [];
    while (words.length > 1 && [...`${lead}${words.join(" ")}`].length > COLUMNS) moved.unshift(words.pop());
    lines[i] = `${lead}${words.join(" ")}`;
    const next = lines[i + 1] ?? "";
    const goesOn = next.startsWith(lead) && /^[^\s@*-]/.test(next.slice(lead.length));
    if (goesOn) lines[i + 1] = `${lead}${moved.join(" ")} ${next.slice(lead.length)}`;
    else lines.splice(i + 1, 0, `${lead}${moved.join(" ")}`);
  }
  return lines.join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--write")) {
    for (const path of files().filter((each) => /^(src|assembly)\/.*\.ts$/.test(each))) {
      const text = readFileSync(`${root}${path}`, "utf8");
      const own = rewrapped(text);
      if (own !== text) writeFileSync(`${root}${path}`, own);
    }
  }
  const found = styleFaults();
  for (const fault of found) console.error(fault);
  process.exitCode = found.length > 0 ? 1 : 0;
}
