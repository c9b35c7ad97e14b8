/** Server-sent events over fetch, because EventSource cannot carry an Authorization header. */

/** Yields {id, event, data} for each event in `response`'s body, until it ends. */
export async function* readEvents(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (buffer + value).replaceAll("\r\n", "\n").split("\n\n");
    buffer = parts.pop();
    yield* parts.map(parseEvent).filter((event) => event.data);
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
