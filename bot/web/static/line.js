// The line to the desk: one request at a time each way, again and again with growing pauses until it is answered.

const PATH = "/webchat/v1/messages";
const PAUSES_MS = [1000, 2000, 4000, 8000, 15000];
const ANSWER_WITHIN_MS = 15000;
const WAIT_S = 25;
const SHORTEST_ROUND_MS = 1000;

/** The desk will never take this event. */
export class Refused extends Error {}

class Interrupted extends Error {
  constructor({ pauseMs = null, isConnected = false }) {
    super("interrupted");
    this.pauseMs = pauseMs;
    this.isConnected = isConnected;
  }
}

export class Line {
  /** `tell` is called with true or false whenever the line is found working or broken. */
  constructor(tell) {
    this.tell = tell;
    addEventListener("offline", () => tell(false));
  }

  /** The replies to one event. Repeats it until it is answered; throws Refused. */
  send(event) {
    const body = JSON.stringify({ event_id: event.id, ...event.body });
    const headers = { "Content-Type": "application/json" };
    return this.#untilAnswered(PATH, { method: "POST", headers, body }, ANSWER_WITHIN_MS);
  }

  /** The messages after `id` that are there now. */
  read(id) {
    return this.#untilAnswered(`${PATH}?after=${id}`, {}, ANSWER_WITHIN_MS);
  }

  /** The messages after `id`, when there are some or a while has passed. */
  async listen(id) {
    const startedAt = performance.now();
    const messages = await this.#untilAnswered(`${PATH}?after=${id}&wait=${WAIT_S}`, {}, WAIT_S * 1000 + ANSWER_WITHIN_MS);
    const leftMs = SHORTEST_ROUND_MS - (performance.now() - startedAt);
    if (messages.length === 0 && leftMs > 0) await pause(leftMs);
    return messages;
  }

  async #untilAnswered(path, options, withinMs) {
    for (let tries = 0; ; tries += 1) {
      try {
        const messages = await ask(path, options, withinMs);
        this.tell(true);
        return messages;
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        if (!error.isConnected) this.tell(false);
        await pause(error.pauseMs ?? PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
      }
    }
  }
}

async function ask(path, options, withinMs) {
  const response = await fetchWithin(path, options, withinMs);
  if (response.status === 429) {
    throw new Interrupted({ pauseMs: 1000 * Number(response.headers.get("Retry-After") ?? 1), isConnected: true });
  }
  if (!response.ok) throw isForGood(response, options) ? new Refused(String(response.status)) : new Interrupted({});
  try {
    return (await response.json()).messages;
  } catch {
    throw new Interrupted({}); // Cut off, or a sign-in page of some network in between.
  }
}

/** Reading is tried again whatever the answer; what was said is not, when the desk refuses it itself. */
function isForGood(response, options) {
  return options.method === "POST" && response.status < 500 && response.status !== 408;
}

async function fetchWithin(path, options, withinMs) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), withinMs);
  try {
    return await fetch(path, { cache: "no-store", signal: patience.signal, ...options });
  } catch {
    throw new Interrupted({});
  } finally {
    clearTimeout(timer);
  }
}

/** Waits, but not after the connection came back. */
function pause(ms) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}
