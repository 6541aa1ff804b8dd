import { createReadStream, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { EvanesceError } from "../base/errors.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/**
 * Serves the files of a folder on 127.0.0.1, which only this machine can reach. For the address of a folder it serves
 * its index.html.
 *
 * @param port 0 for any that is free
 * @throws EvanesceError (rejects) where the port is taken
 */
export async function serveFolder(folder: string, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const file = fileFor(folder, request.url ?? "/");
    if (file === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", ({ message }) => {
      reject(new EvanesceError("--port", "a port that is free", port, `choose another, or leave it out (${message})`));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : port;
  return { server, url: `http://127.0.0.1:${own}/` };
}

/** The file that an address names; undefined if there is none, or if it lies outside the folder. */
function fileFor(folder: string, address: string): string | undefined {
  try {
    const { pathname } = new URL(address, "http://127.0.0.1");
    const path = join(folder, normalize(decodeURIComponent(pathname)));
    if (!path.startsWith(folder.endsWith(sep) ? folder : folder + sep) && path !== folder) return undefined;
    const file = path.endsWith(sep) || statSync(path).isDirectory() ? join(path, "index.html") : path;
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined; // there is no file of that name, or the address is malformed
  }
}
