/** Server-sent events over fetch, because EventSource cannot carry an Authorization header. */

const QUIET_MS = 40_000; // the service says something every 15 seconds

/** Yields {id, event, data} for each event in `response`'s body, until it ends. Throws Error when the line is dead. */
export async function* readEvents(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await inTime(reader);
    if (done) return;
    const parts = (buffer + value).replaceAll("\r\n", "\n").split("\n\n");
    buffer = parts.pop();
    yield* parts.map(parseEvent).filter((event) => event.data);
  }
}

async function inTime(reader) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the event stream went quiet")), QUIET_MS);
  });
  try {
    return await Promise.race([reader.read(), late]);
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function parseEvent(text) {
  const event = { id: "", event: "message", data: "" };
  for (const line of text.split("\n")) {
    const [, field, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (field === "data") event.data += event.data ? `\n${value}` : value;
    else if (field) event[field] = value;
  }
  return event;
}
