/** The conversation as it is shown: messages, what the assistant is doing, sentences as they are sent. */

import { h } from "../shared/dom.js";
import { markdown } from "../shared/markdown.js";
import { drawMessage, drawUnsent } from "./message.js";

const STAGES = {
  understanding: "Reading your question…",
  searching: "Searching our help articles…",
  looking_up_order: "Looking up your order…",
  writing: "Writing a reply…",
  checking: "Checking it against our articles…",
};

export class Transcript {
  #log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "Conversation" });
  #draft = h("div", { class: "bubble", "aria-live": "off" });
  #stage = h("p", { class: "stage", role: "status" });
  #below = h("div", { class: "below" });
  #shown = new Map();
  #heading = "";
  #joined = false; // whether the message before was a person's
  #aim = null; // what was brought into view last
  #held = 0; // the scroll position that did it
  #height = 0; // of the view, when it was last arranged
  #atEnd = true;
  #rating;

  /** `rating(id)` gives a message's rating, see rating.js. */
  constructor(rating) {
    this.#rating = rating;
    this.#draft.hidden = true;
    this.#stage.hidden = true;
    this.node = h("div", { class: "scroll", tabindex: "-1" },
      this.#log, h("div", { class: "message assistant working" }, this.#draft, this.#stage), this.#below);
    this.#holdView();
  }

  clear() {
    this.#shown.clear();
    this.#log.replaceChildren();
    this.#joined = false;
    this.settle();
    this.ask(null);
  }

  /** Show a message once; a second call with the same id replaces an unsent one. */
  message(message) {
    if (message.author !== "customer") this.settle();
    const known = this.#shown.get(message.id);
    if (known && !known.classList.contains("unsent")) return;
    this.#introduce(message.author);
    const node = drawMessage(message, this.#rating(message.id));
    this.#shown.set(message.id, node);
    if (known) known.replaceWith(node);
    else this.#log.append(node);
    this.#reveal(node);
  }

  #introduce(author) {
    if (author === "human_agent" && !this.#joined) this.#log.append(h("p", { class: "note" }, "A person from our team has joined"));
    if (author !== "customer") this.#joined = author === "human_agent";
  }

  unsent(entry) {
    if (this.#shown.has(entry.id)) return;
    const node = drawUnsent(entry);
    this.#shown.set(entry.id, node);
    this.#log.append(node);
    this.#reveal(node);
  }

  /** Say under an unsent message how it stands. */
  delivery(id, text, failed) {
    const node = this.#shown.get(id);
    const line = node?.querySelector(".delivery");
    if (!line) return;
    line.textContent = text;
    node.classList.toggle("refused", failed);
    if (failed) this.#reveal(node);
  }

  stage({ stage }) {
    this.#stage.textContent = STAGES[stage] ?? "Working on it…";
    this.#stage.hidden = false;
    this.#reveal(this.#stage);
  }

  sentence({ text, heading }) {
    this.#draft.hidden = false;
    this.#stage.hidden = true;
    if (heading && heading !== this.#heading) this.#draft.append(h("p", null, h("strong", null, heading)));
    this.#heading = heading || this.#heading;
    const node = h("div", { class: "arriving" }, markdown(text));
    this.#draft.append(node);
    this.#reveal(node);
  }

  /** The work is done: take away stage and sentences. */
  settle() {
    this.#draft.replaceChildren();
    this.#draft.hidden = true;
    this.#stage.hidden = true;
    this.#heading = "";
  }

  /** Show `form` below the conversation, or nothing. */
  ask(form) {
    this.#below.replaceChildren(...(form ? [form] : []));
    if (form) this.#reveal(form);
  }

  /** Bring the newest message into view, such as when the chat is opened again. */
  catchUp() {
    const newest = this.#below.firstElementChild ?? this.#log.lastElementChild;
    if (newest) this.#reveal(newest);
  }

  /** What is in view stays so when the view grows smaller, such as by a note below it, until the customer scrolls. */
  #holdView() {
    const { node } = this;
    node.addEventListener("scroll", () => {
      if (node.clientHeight !== this.#height) return; // the view has changed, not the customer's mind
      if (Math.abs(node.scrollTop - this.#held) > 2) this.#aim = null;
      this.#atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 24;
    }, { passive: true });
    new ResizeObserver(() => {
      this.#height = node.clientHeight;
      if (this.#aim) this.#takeAim();
      else if (this.#atEnd) node.scrollTop = node.scrollHeight;
    }).observe(node);
  }

  /** Scroll so that `node` is seen, from its beginning where it is taller than the view. */
  #reveal(node) {
    this.#aim = node;
    requestAnimationFrame(() => this.#takeAim());
  }

  #takeAim() {
    if (!this.#aim?.isConnected || this.node.clientHeight === 0) return;
    this.#height = this.node.clientHeight;
    const top = this.#aim.getBoundingClientRect().top - this.node.getBoundingClientRect().top;
    this.node.scrollTop += top - 16;
    this.#held = this.node.scrollTop;
  }
}
