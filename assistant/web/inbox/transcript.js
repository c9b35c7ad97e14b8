/** The conversation, and what the team did with the ticket in between. It only grows: what is read stays where it is. */

import { h } from "../shared/dom.js";
import { clock, words } from "../shared/format.js";
import { markdown } from "../shared/markdown.js";
import { sources } from "../shared/sources.js";

const AUTHORS = { customer: "Customer", assistant: "AI assistant", human_agent: "Our team", system: "Note" };
const STEPS = {
  claimed: ({ human_agent: who }) => `${who} claimed the ticket`,
  taken_over: ({ human_agent: who, instead_of: from }) => `${who} took the ticket over from ${from}`,
  handed_back: ({ human_agent: who }) => `${who} handed the ticket back`,
  rejected: ({ human_agent: who, reason }) => `${who} rejected the suggestion (${words(reason).toLowerCase()})`,
  resolved: ({ human_agent: who }) => `${who} resolved the ticket`,
};
const NEAR = 80; // pixels; whoever reads this close to the end wants to see what comes

export class Transcript {
  #shown = [];
  #follows = true; // whether the reader is at the end
  #newer = h("button", { type: "button", class: "button newer", hidden: true, onclick: () => this.#toEnd() }, "New message ↓");
  #log = h("div", { class: "messages", tabindex: "0", role: "log", "aria-label": "Conversation", onscroll: () => this.#note() });
  #sized = new ResizeObserver(() => this.#follows && this.#toEnd()); // the editor below grows with its text

  constructor() {
    this.node = h("div", { class: "transcript" }, this.#log, this.#newer);
    this.#sized.observe(this.#log);
  }

  update({ conversation, steps }) {
    const entries = merged(conversation.messages, steps);
    const known = new Set(this.#shown);
    const added = entries.filter(({ key }) => !known.has(key));
    if (added.length === 0) return;
    const follows = this.#follows || added.some(({ mine }) => mine);
    this.#shown = entries.map(({ key }) => key);
    this.#log.append(...added.map(({ draw }) => draw()));
    if (follows) requestAnimationFrame(() => this.#toEnd());
    else this.#newer.hidden = false;
  }

  #isAtEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#follows = this.#newer.hidden = true;
  }

  #note() {
    this.#follows = this.#isAtEnd();
    if (this.#follows) this.#newer.hidden = true;
  }
}

function merged(messages, steps) {
  const said = messages.map((message) => ({ key: message.id, at: message.sent_at, mine: message.author === "human_agent", draw: () => drawMessage(message) }));
  const done = steps.filter(({ body }) => STEPS[body.step]).map(({ seq, at, body }) => ({ key: `step ${seq}`, at, draw: () => drawStep(body, at) }));
  return [...said, ...done].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function drawMessage({ author, text, citations, sent_at: at }) {
  return h("article", { class: `said ${author}` },
    h("p", { class: "muted small" }, AUTHORS[author], " ", h("time", { datetime: at }, clock(at))),
    h("div", { class: "prose" }, author === "customer" ? h("p", { class: "as-typed" }, text) : markdown(text)),
    sources(citations));
}

function drawStep(body, at) {
  return h("p", { class: "step muted small" }, `${STEPS[body.step](body)} · `, h("time", { datetime: at }, clock(at)));
}
