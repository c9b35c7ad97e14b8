/** Where a human agent answers: the suggestion to send as it is, or to change and say why. */

import { h } from "../shared/dom.js";

const REASONS = [
  ["", "Choose a reason"], ["incorrect", "It says something wrong"], ["incomplete", "Something is missing"],
  ["outdated", "It is out of date"], ["tone", "Right, but the tone is not"], ["other", "Another reason"],
];

export class ReplyEditor {
  #send;
  #suggestion = null;
  #text = h("textarea", { id: "reply", rows: "7", "data-testid": "suggestion" });
  #label = h("label", { for: "reply" }, "Your reply");
  #verdict = h("select", { id: "verdict", "data-testid": "verdict" }, REASONS.map(([value, label]) => h("option", { value }, label)));
  #why = h("p", { class: "field" }, h("label", { for: "verdict" }, "Why did you change the suggestion?"), this.#verdict);
  #note = h("p", { class: "muted small", role: "status" });
  #error = h("p", { class: "error", role: "alert" });
  #submit = h("button", { type: "submit", class: "button primary", "data-testid": "send-reply" }, "Send");
  #restore = h("button", { type: "button", class: "button quiet" }, "Restore the suggestion");

  /** `send(text, verdict)` resolves to whether it went out; verdict is null where nothing was suggested. */
  constructor(detail, send) {
    this.#send = send;
    this.node = h("form", { class: "editor" },
      h("p", { class: "field" }, this.#label, this.#text), this.#note, this.#why, this.#error,
      h("div", { class: "actions" }, this.#submit, this.#restore));
    this.node.addEventListener("submit", (event) => this.#onSubmit(event));
    this.#text.addEventListener("input", () => this.#draw());
    this.#restore.addEventListener("click", () => this.#fill());
    this.update(detail);
  }

  /** Follow the ticket; what has been typed stays. */
  update({ ticket, conversation, turn }) {
    this.node.hidden = ticket.status === "resolved";
    this.#submit.textContent = ticket.status === "open" ? "Claim and send" : "Send";
    const suggestion = isAnswered(conversation, turn) ? "" : ticket.suggestion;
    if (suggestion === this.#suggestion) return;
    this.#suggestion = suggestion;
    this.#fill();
  }

  #fill() {
    this.#text.value = this.#suggestion;
    this.#verdict.value = "";
    this.#draw();
  }

  get #changed() {
    return this.#text.value.trim() !== this.#suggestion.trim();
  }

  #draw() {
    const asks = Boolean(this.#suggestion) && this.#changed;
    this.#label.textContent = this.#suggestion ? "Suggested reply" : "Your reply";
    this.#why.hidden = !asks;
    this.#restore.hidden = !asks;
    this.#error.textContent = "";
    this.#note.textContent = this.#suggestion && !asks ? "Unchanged: sending it says that the suggestion is right." : "";
  }

  async #onSubmit(event) {
    event.preventDefault();
    this.#error.textContent = this.#missing();
    if (this.#error.textContent) return;
    this.#submit.disabled = true;
    const verdict = this.#suggestion ? (this.#changed ? this.#verdict.value : "as_is") : null;
    const sent = await this.#send(this.#text.value.trim(), verdict);
    this.#submit.disabled = false;
    if (!sent) return;
    this.#suggestion = "";
    this.#fill();
  }

  #missing() {
    if (!this.#text.value.trim()) return "Write a reply first.";
    if (this.#suggestion && this.#changed && !this.#verdict.value) return "Say why you changed the suggestion; the assistant is measured by it.";
    return "";
  }
}

/** Whether a person has written since the turn's message: the suggestion has had its verdict then. */
function isAnswered({ messages }, turn) {
  const asked = messages.findIndex((message) => message.id === turn?.message_id);
  return messages.slice(asked + 1).some((message) => message.author === "human_agent");
}
