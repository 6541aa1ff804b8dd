import type { Redis } from "ioredis";
import { withoutCredentials } from "../../../base/addresses.ts";
import { EvanesceError } from "../../../base/errors.ts";

/** The name of the queue in Redis. */
export const QUEUE = "evanesce-sweep";
/** The key with the version of the results in the queue. */
export const VERSION_KEY = "evanesce-sweep-results-version";

/** Milliseconds that a first connection may take. */
const CONNECT_MS = 5000;

/**
 * Loads BullMQ and its client, which the user installs in addition to evanesce.
 * @throws EvanesceError that names a missing package
 */
export async function loadQueue(): Promise<{ bullmq: typeof import("bullmq"); Client: typeof Redis }> {
  try {
    const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Client: ioredis.Redis };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new EvanesceError(
      "--queue",
      "the packages bullmq and ioredis",
      message.split("\n")[0],
      "install them: npm install bullmq@6 ioredis@5",
    );
  }
}

/**
 * Connects to Redis. If the connection is lost later, it is tried again without limit.
 * @throws EvanesceError if the address is not valid or no server answers
 */
export async function connect(Client: typeof Redis, url: string): Promise<Redis> {
  const address = withoutCredentials(url);
  if (!/^rediss?:\/\//.test(url)) {
    throw new EvanesceError("--queue", "an address redis://HOST:PORT", address, "write redis://127.0.0.1:6379");
  }
  const client = new Client(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: (times) => Math.min(times * 200, 2000),
  });
  let reason = "no answer";
  client.on("error", (error: Error) => {
    reason = withoutCredentials(error.message); // without a listener, ioredis prints errors
  });
  const answered = await Promise.race([
    client.connect().then(
      () => true,
      (error: Error) => {
        reason = withoutCredentials(error.message);
        return false;
      },
    ),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), CONNECT_MS).unref()),
  ]);
  if (answered) return client;
  client.disconnect();
  throw new EvanesceError(
    "--queue",
    "a Redis server that answers",
    `${address}: ${reason}`,
    "start redis-server, or check the address",
  );
}
