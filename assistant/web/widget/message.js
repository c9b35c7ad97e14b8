/** One message of the conversation as a DOM node. */

import { h } from "../shared/dom.js";
import { clock } from "../shared/format.js";
import { markdown } from "../shared/markdown.js";
import { sources } from "../shared/sources.js";
import { drawRating } from "./rating.js";

const LABELS = { customer: "You", assistant: "AI assistant", human_agent: "Our team" };
const HOOKS = { assistant: "message-assistant", human_agent: "message-human", customer: "message-customer" };

/** The node for `message`; `rating` (see rating.js) adds the feedback question to replies with sources. */
export function drawMessage(message, rating) {
  if (message.author === "system") return h("p", { class: "note" }, message.text);
  const replied = message.author === "assistant" && message.citations.length > 0;
  return h("article", { class: `message ${message.author}`, "data-testid": HOOKS[message.author] },
    h("p", { class: "who" }, LABELS[message.author], h("time", { datetime: message.sent_at }, clock(message.sent_at))),
    drawBubble(message),
    message.author !== "customer" && sources(message.citations),
    replied && drawRating(rating));
}

function drawBubble({ author, text }) {
  return h("div", { class: "bubble" }, author === "customer" ? h("p", { class: "as-typed" }, text) : markdown(text));
}

/** A customer's message that has not reached the service yet. */
export function drawUnsent({ id, text }) {
  return h("article", { class: "message customer unsent", "data-id": id, "data-testid": HOOKS.customer },
    h("p", { class: "who" }, LABELS.customer),
    drawBubble({ author: "customer", text }),
    h("p", { class: "delivery", role: "status" }));
}
