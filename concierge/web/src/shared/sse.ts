/** Server-sent events read from a fetch body: EventSource can send neither an Authorization header nor a first id. */

export interface ServerEvent {
  id: string | null;
  event: string;
  data: string;
}

/** Takes text as it comes in, in pieces of any size, and gives back the events that are complete. */
export class EventParser {
  #rest = "";
  #data: string[] = [];
  #event = "";
  #id: string | null = null;

  push(chunk: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    let text = this.#rest + chunk;
    // A lone \r at the end may be the first half of \r\n: it waits for the next piece.
    const held = text.endsWith("\r") ? "\r" : "";
    if (held) text = text.slice(0, -1);
    const lines = text.split(/\r\n|\r|\n/);
    this.#rest = (lines.pop() ?? "") + held;
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length) found.push({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
        this.#data = [];
        this.#event = "";
        this.#id = null;
        continue;
      }
      if (line.startsWith(":")) continue;
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") this.#data.push(value);
      else if (field === "event") this.#event = value;
      else if (field === "id") this.#id = value;
    }
    return found;
  }
}

/** Reads until the server ends the stream, the signal fires, or nothing at all (not even a heartbeat) came for `quiet` ms. */
export async function readStream(
  response: Response,
  onEvent: (event: ServerEvent) => void,
  { quiet, abort }: { quiet: number; abort: () => void },
): Promise<void> {
  if (!response.body) throw new Error("no body");
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  let watchdog = setTimeout(abort, quiet);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(abort, quiet);
      for (const event of parser.push(decoder.decode(value, { stream: true }))) onEvent(event);
    }
  } finally {
    clearTimeout(watchdog);
    reader.releaseLock();
  }
}
