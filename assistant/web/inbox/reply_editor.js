/** Where a human agent answers: the suggestion to send as it is, to change and say why, or to reject. */

import { h } from "../shared/dom.js";
import { plural } from "../shared/format.js";
import { ask } from "./confirm.js";
import { Draft, newMessageId } from "./drafts.js";
import { MacroPicker, unfilled } from "./macros.js";

const FAULTS = [
  ["incorrect", "It says something wrong"], ["incomplete", "Something is missing"], ["outdated", "It is out of date"],
  ["tone", "Right, but the tone is not"], ["other", "Another reason"],
];
const TRIES = 4;
const FIRST_WAIT = 1; // seconds; doubled with every try

export class ReplyEditor {
  #actions;
  #draft;
  #suggestion = null;
  #busy = Promise.resolve(); // until what is on its way has arrived or failed
  #judged = false; // an answer that was under way meanwhile may still tell of the suggestion
  #pending = null; // {id, text} of a message that may have arrived
  #text = h("textarea", { id: "reply", rows: "6", "aria-describedby": "reply-note", "data-testid": "suggestion" });
  #label = h("label", { for: "reply" });
  #verdict = h("select", { id: "verdict", "data-testid": "verdict" }, h("option", { value: "" }, "Choose a reason"), FAULTS.map(([value, label]) => h("option", { value }, label)));
  #why = h("p", { class: "field" }, h("label", { for: "verdict" }, "Why did you change the suggestion?"), this.#verdict);
  #note = h("p", { class: "muted small", id: "reply-note", role: "status", "data-testid": "reply-note" });
  #error = h("p", { class: "error", role: "alert", "data-testid": "reply-error" });
  #submit = h("button", { type: "submit", class: "button primary", "data-testid": "send-reply" }, "Send");
  #reject = h("button", { type: "button", class: "button", "data-testid": "reject", onclick: () => this.#onReject() }, "Reject…");
  #restore = h("button", { type: "button", class: "button quiet", "data-testid": "restore", onclick: () => this.#fill(this.#suggestion) }, "Restore the suggestion");
  #macros = new MacroPicker((text) => this.#insert(text));

  /** `actions.send(body)` and `actions.reject(fault)` call the service and throw ApiError. */
  constructor(detail, person, actions) {
    this.#actions = actions;
    this.#draft = new Draft(person.name, detail.ticket.id);
    this.node = h("form", { class: "editor" },
      h("div", { class: "editor-top" }, this.#label, this.#macros.node),
      this.#text, this.#note, this.#why, this.#error,
      h("div", { class: "actions" }, this.#submit, this.#reject, this.#restore));
    this.node.addEventListener("submit", (event) => { event.preventDefault(); void this.#send(); });
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.node.requestSubmit();
    });
    this.#text.addEventListener("input", () => this.#typed());
    this.#verdict.addEventListener("change", () => this.#typed());
    this.#open(detail);
    this.update(detail);
  }

  /** Follow the ticket; what has been typed stays. */
  update(detail) {
    const suggestion = this.#judged ? "" : suggestionOf(detail);
    if (suggestion !== this.#suggestion) {
      const untouched = !this.#isChanged;
      this.#suggestion = suggestion;
      if (untouched) this.#fill(suggestion);
    }
    const arrived = this.#pending && detail.conversation.messages.some(({ id }) => id === this.#pending.id);
    if (arrived && !this.#text.readOnly) this.#onSent();
    this.#submit.textContent = detail.ticket.status === "open" ? "Claim and send" : "Send";
    void this.#macros.offer(detail);
    this.#draw();
  }

  /** Whether there are words in it that nobody has sent. */
  get isUnsent() {
    return this.#isChanged && this.#text.value.trim() !== "";
  }

  /** Wait for what is on its way to the customer. */
  settled() {
    return this.#busy;
  }

  /** Put the focus into the text; an untouched suggestion is read from its start. */
  focus() {
    if (!this.#isChanged) this.#text.setSelectionRange(0, 0);
    this.#text.focus();
  }

  #open(detail) {
    const kept = this.#draft.read();
    this.#suggestion = suggestionOf(detail);
    this.#text.value = kept?.text ?? this.#suggestion;
    this.#verdict.value = kept?.verdict ?? "";
    this.#pending = kept?.pending ?? null;
  }

  get #isChanged() {
    return this.#text.value.trim() !== this.#suggestion.trim();
  }

  #typed() {
    this.#error.textContent = "";
    this.#keep();
    this.#draw();
  }

  #keep() {
    const nothing = !this.#isChanged && !this.#pending;
    this.#draft.write(nothing ? null : { text: this.#text.value, verdict: this.#verdict.value, pending: this.#pending });
  }

  #fill(text) {
    this.#text.value = text;
    this.#verdict.value = "";
    this.#typed();
  }

  /** An untouched suggestion makes room for `text`, words of one's own do not; the first placeholder left is selected. */
  #insert(text) {
    if (!text) return;
    if (!this.#isChanged) this.#text.value = text;
    else this.#text.setRangeText(text, this.#text.selectionStart, this.#text.selectionEnd, "end");
    this.#typed();
    if (!this.#selectUnfilled()) this.#text.focus();
  }

  /** Select the first placeholder that is left; it is scrolled to when the focus comes. */
  #selectUnfilled() {
    const open = unfilled(this.#text.value);
    if (!open) return null;
    this.#text.setSelectionRange(open.start, open.end);
    this.#text.blur();
    this.#text.focus();
    return open.name;
  }

  #draw() {
    const asks = this.#suggestion !== "" && this.#isChanged;
    this.#label.textContent = this.#suggestion ? "Suggested reply" : "Your reply";
    this.#why.hidden = !asks;
    this.#restore.hidden = !asks;
    this.#reject.hidden = this.#suggestion === "";
    if (!this.#text.readOnly) this.#note.textContent = this.#suggestion && !asks ? "Unchanged: sending it says that the suggestion is right." : "";
  }

  async #send() {
    if (this.#text.readOnly) return;
    this.#error.textContent = this.#missing();
    if (this.#error.textContent) return;
    const text = this.#text.value.trim();
    if (this.#pending?.text !== text) this.#pending = { id: newMessageId(), text };
    this.#keep(); // before the first byte leaves: after a reload the same id is sent again
    const verdict = this.#suggestion && (this.#isChanged ? this.#verdict.value : "as_is");
    await this.#whileBusy(async () => {
      await this.#insisting(() => this.#actions.send({ id: this.#pending.id, text, ...(verdict && { verdict }) }));
      this.#onSent();
    });
  }

  /** Call again what may succeed unchanged; harmless, because the message keeps its id. */
  async #insisting(call) {
    for (let tries = 1, wait = FIRST_WAIT; ; tries += 1, wait *= 2) {
      try {
        return await call();
      } catch (error) {
        if (!error.passing || tries === TRIES) throw error;
        const seconds = Math.max(wait, error.retryAfter ?? 0);
        this.#note.textContent = `Not sent yet. Trying again in ${plural(seconds, "second")}…`;
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      }
    }
  }

  #whileBusy(call) {
    this.#busy = this.#busily(call);
    return this.#busy;
  }

  async #busily(call) {
    this.#text.readOnly = true; // not disabled: the focus stays
    this.#submit.setAttribute("aria-disabled", "true");
    this.#note.textContent = "Sending…";
    try {
      await call();
    } catch (error) {
      this.#note.textContent = "";
      this.#error.textContent = this.#actions.explain(error);
    }
    this.#text.readOnly = false;
    this.#submit.removeAttribute("aria-disabled");
  }

  #onSent() {
    const same = this.#text.value.trim() === this.#pending.text;
    this.#pending = null;
    this.#judged = true;
    this.#suggestion = "";
    this.#text.readOnly = false;
    if (same) this.#fill("");
    this.#typed();
    this.#note.textContent = same ? "Sent." : "Your earlier text was sent; this one is not yet.";
  }

  async #onReject() {
    const chosen = await ask("Reject the suggestion", [
      h("p", { class: "muted" }, "Nothing is sent. The suggestion goes away, and you write in your own words."),
      h("fieldset", { class: "choices" }, h("legend", null, "What is wrong with it?"),
        FAULTS.map(([value, label]) => h("label", null, h("input", { type: "radio", name: "fault", value, required: true, "data-testid": `fault-${value}` }), label)))],
    "Reject");
    if (!chosen) return;
    await this.#whileBusy(() => this.#insisting(() => this.#actions.reject(chosen.get("fault"))));
    if (!this.#error.textContent) this.#note.textContent = "Rejected. Nothing was sent.";
    this.focus();
  }

  #missing() {
    if (!this.#text.value.trim()) return "Write a reply first.";
    const open = this.#selectUnfilled();
    if (open) return `Fill in the ${open} first; it still stands in braces.`;
    if (this.#suggestion && this.#isChanged && !this.#verdict.value) return "Say why you changed the suggestion; the assistant is measured by it.";
    return "";
  }
}

function suggestionOf({ ticket, verdict }) {
  return verdict ? "" : ticket.suggestion;
}
