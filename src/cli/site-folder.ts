import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where `npm run site` builds the site: two folders up, in `src` as in `dist`. */
export const SITE_FOLDER: string = fileURLToPath(new URL("../../build/site/", import.meta.url));

/** A folder to serve, and where in it the playground's page is. */
export interface Site {
  readonly folder: string;
  readonly page: string;
}

/** In the package the playground shares the library's files, which lie one folder up from this program's. */
const PACKED: Site = { folder: fileURLToPath(new URL("../", import.meta.url)), page: "play/" };

/** The built site, which holds the guide too; else the package's playground; undefined if there is neither. */
export const findSite = (): Site | undefined =>
  [{ folder: SITE_FOLDER, page: "" }, PACKED].find(({ folder, page }) => existsSync(join(folder, page, "index.html")));
