import { fileURLToPath } from "node:url";

/** Where `npm run site` builds the site: two folders up, in `src` as in `dist`. */
export const SITE_FOLDER: string = fileURLToPath(new URL("../../build/site/", import.meta.url));
