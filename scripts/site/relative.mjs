// Makes a site of VitePress relocatable. VitePress writes its base address into every page and script, so the guide is
// built with a placeholder and this replaces it: in a page by a relative address, in a script by an address that the
// page computes when it is loaded. All pages of the guide lie in one folder, so relative links stay right while it is
// read.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const GUIDE_BASE = "/evanesce-guide-base/";

/** Where the page's script finds the folder of the guide, `/any/path/guide/`. */
const FOLDER = "globalThis.guideFolder";

/** @param folder of the built site */
export function makeRelative(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const change = name.endsWith(".html") ? page : name.endsWith(".js") ? script : name.endsWith(".css") ? style : null;
    if (change === null) continue;
    const path = join(folder, name);
    const text = readFileSync(path, "utf8");
    if (text.includes(GUIDE_BASE)) writeFileSync(path, change(text, name));
  }
}

/** The site's data are a string of JSON in a script of the page; everything else is an attribute. */
function page(text) {
  const data = /(window\.__VP_SITE_DATA__=JSON\.parse\("(?:[^"\\]|\\.)*"\))/g;
  const here = `<script>${FOLDER}=new URL("./",location.href).pathname</script>`;
  return text
    .replace(data, (call) => call.slice(0, -1).replaceAll(GUIDE_BASE, '"+globalThis.guideFolder+"').concat(")"))
    .replaceAll(GUIDE_BASE, "./")
    .replace("<head>", `<head>${here}`);
}

/** Every place is inside a string: the string is closed, the folder added, and a string opened again. */
function script(text, name) {
  // the index of the search is one string of JSON; everywhere else the address begins its string
  const index = /localSearchIndex/.test(name) ? /=\s*(["'`])/.exec(text)?.[1] : undefined;
  return text.replaceAll(new RegExp(`(.)${GUIDE_BASE}`, "gs"), (_, before) => {
    const quote = index ?? before;
    if (!"\"'`".includes(quote)) throw new Error(`${name}: the address of the guide stands inside a string`);
    return `${before}${quote === "`" ? `\${${FOLDER}}` : `${quote}+${FOLDER}+${quote}`}`;
  });
}

const style = (text) => text.replaceAll(GUIDE_BASE, "../");
