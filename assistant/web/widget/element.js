/** <handrail-chat>: a launcher button and the chat panel it opens. */

import { h, icon } from "../shared/dom.js";
import { CHAT, CLOSE, SEND } from "../shared/icons.js";
import { orderForm } from "./order_form.js";
import { ChatSession } from "./session.js";
import { sheet } from "./styles.js";
import { Transcript } from "./transcript.js";

const SERVICE = new URL("../..", import.meta.url).href.replace(/\/$/, "");
const PHONE = "(max-width: 600px)";
const RETRY_MS = 4000;
const STATUS = {
  with_assistant: { line: "AI assistant" },
  waiting_for_human: { line: "A person is taking over", note: "A person is taking over. You can close this window; the reply will appear here." },
  with_human: { line: "Our team", note: "You are talking with a person from our team." },
  resolved: { line: "Closed", note: "This conversation is closed. Write again if something is still open." },
};

export class HandrailChat extends HTMLElement {
  #session;
  #transcript;
  #parts;
  #form = null;
  #unread = 0;
  #live = false; // false while what an earlier page had shown is drawn again
  #hearers = {
    began: () => this.#restart(),
    message: (message) => this.#message(message),
    stage: (body) => this.#transcript.stage(body),
    sentence: (body) => this.#transcript.sentence(body),
    outcome: (body) => this.#ask(body.asks ?? null),
    status: ({ status }) => this.#status(status),
    customer: ({ verified_by: how }) => how !== "nobody" && this.#ask(null),
    delivery: (body) => this.#delivery(body),
    connection: ({ up }) => this.#notice(up ? "" : "The connection is interrupted. Trying again…"),
  };

  connectedCallback() {
    if (this.shadowRoot) return;
    this.#session = new ChatSession(SERVICE, (kind, body) => this.#hearers[kind]?.(body), () => this.identityToken);
    this.#transcript = new Transcript((id) => ({
      given: this.#session.rated(id),
      give: (helpful) => this.#session.rate(id, helpful),
    }));
    this.#draw(this.attachShadow({ mode: "open" }));
    if (this.#session.started) void this.#open();
    if (this.#session.panelOpen && !matchMedia(PHONE).matches) this.#parts.panel.show();
  }

  disconnectedCallback() {
    this.#session.close();
  }

  /** The shop's signed token that says who is signed in; read when a conversation begins. */
  get identityToken() {
    return this.getAttribute("identity-token");
  }

  set identityToken(token) {
    if (token) this.setAttribute("identity-token", token);
    else this.removeAttribute("identity-token");
  }

  /** Open the panel; `text`, if given, is sent as the customer's message. */
  show(text) {
    const { panel, composer } = this.#parts;
    if (!panel.open) {
      if (matchMedia(PHONE).matches) panel.showModal();
      else panel.show();
    }
    this.#session.panelOpen = true;
    this.#setUnread(0);
    composer.focus();
    void this.#open();
    if (text) this.#send(text);
  }

  /** Close the panel; the conversation goes on. */
  hide() {
    this.#session.panelOpen = false;
    this.#parts.panel.close();
  }

  #draw(root) {
    root.adoptedStyleSheets = [sheet];
    const title = this.getAttribute("title") || "Chat with us";
    this.removeAttribute("title"); // it would show as a tooltip over everything
    const badge = h("span", { class: "badge" });
    const launcher = h("button", {
      type: "button", class: "launcher", "data-testid": "launcher", "aria-label": title, "aria-haspopup": "dialog", onclick: () => this.#toggle(),
    }, icon(CHAT), badge);
    const subtitle = h("p", { class: "subtitle" }, STATUS.with_assistant.line);
    const note = h("p", { class: "handoff", role: "status", "data-testid": "handoff-note" });
    const notice = h("p", { class: "notice", role: "status" });
    const composer = h("textarea", {
      id: "composer", rows: "1", placeholder: "Write your question…", "data-testid": "composer", enterkeyhint: "send",
      onkeydown: (event) => this.#key(event), oninput: () => this.#grow(),
    });
    const panel = h("dialog", { class: "panel", "aria-labelledby": "title", onclose: () => launcher.focus(), onkeydown: (event) => event.key === "Escape" && this.#escape(event) },
      h("header", null,
        h("div", null, h("h2", { id: "title" }, title), subtitle),
        h("button", { type: "button", class: "plain", "aria-label": "Close chat", onclick: () => this.hide() }, icon(CLOSE))),
      this.#transcript.node, note, notice,
      h("form", { class: "composer", onsubmit: (event) => this.#submit(event) },
        h("label", { for: "composer", class: "unseen" }, "Your message"), composer,
        h("button", { type: "submit", class: "send", "aria-label": "Send", "data-testid": "send" }, icon(SEND))),
      h("p", { class: "small" }, "Enter sends, Shift + Enter starts a new line."));
    note.hidden = true;
    notice.hidden = true;
    badge.hidden = true;
    this.#parts = { panel, launcher, badge, subtitle, note, notice, composer };
    root.append(launcher, panel);
  }

  async #open() {
    try {
      await this.#session.open();
      this.#live = true;
      this.#notice("");
      for (const entry of this.#session.unsent) this.#transcript.unsent(entry);
      this.#ask(this.#session.asks);
    } catch (error) {
      this.#notice(error.status === 429
        ? "Many people are asking just now. One moment, please…"
        : "We cannot be reached right now. Trying again…");
      setTimeout(() => this.isConnected && this.#open(), Math.max(RETRY_MS, (error.retryAfter ?? 0) * 1000));
    }
  }

  #toggle() {
    if (this.#parts.panel.open) this.hide();
    else this.show();
  }

  #escape(event) {
    event.preventDefault();
    event.stopPropagation();
    this.hide();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const { composer } = this.#parts;
    const text = composer.value.trim();
    if (!text) return;
    composer.value = "";
    this.#grow();
    this.#send(text);
  }

  #send(text) {
    this.#transcript.unsent(this.#session.send(text));
  }

  #grow() {
    const { composer } = this.#parts;
    composer.style.height = "auto";
    composer.style.height = `${Math.min(composer.scrollHeight + 2, 140)}px`;
  }

  #restart() {
    this.#transcript.clear();
    this.#form = null;
    this.#status("with_assistant");
    for (const entry of this.#session.unsent) this.#transcript.unsent(entry);
  }

  #message(message) {
    this.#transcript.message(message);
    if (this.#live && message.author !== "customer" && !this.#parts.panel.open) this.#setUnread(this.#unread + 1);
  }

  #delivery({ entry, state, error }) {
    if (state === "sent") this.#transcript.delivery(entry.id, "Sent", false);
    if (state === "waiting") this.#transcript.delivery(entry.id, waitingText(error), false);
    if (state !== "refused") return;
    this.#transcript.delivery(entry.id, refusedText(error), true);
    if (!this.#parts.composer.value) this.#parts.composer.value = entry.text;
    this.#grow();
  }

  #ask(what) {
    const wanted = what === "order_and_email";
    if (wanted === (this.#form !== null)) return;
    this.#form = wanted ? orderForm((number, email) => this.#identify(number, email)) : null;
    this.#transcript.ask(this.#form);
  }

  async #identify(number, email) {
    await this.#session.identify(number, email);
    // The form goes away with the focus in it. On a phone the composer would bring the keyboard up over the reply.
    if (!matchMedia(PHONE).matches) this.#parts.composer.focus();
  }

  #status(status) {
    const { subtitle, note, panel } = this.#parts;
    const { line, note: text } = STATUS[status] ?? STATUS.with_assistant;
    panel.dataset.status = status;
    subtitle.textContent = line;
    note.textContent = text ?? "";
    note.hidden = !text;
  }

  #notice(text) {
    this.#parts.notice.textContent = text;
    this.#parts.notice.hidden = !text;
  }

  #setUnread(count) {
    const { badge, launcher } = this.#parts;
    this.#unread = count;
    badge.hidden = count === 0;
    badge.textContent = String(count);
    launcher.classList.toggle("unread", count > 0);
  }
}

function waitingText({ status, retryAfter }) {
  if (status === 429) return `You are writing quickly. This will be sent in ${retryAfter ?? "a few"} seconds.`;
  return "Not sent yet. It will be sent when the connection is back.";
}

function refusedText({ status }) {
  if (status === 413 || status === 422) return "Not sent: this message is too long. Please shorten it; it is back in the box below.";
  return "Not sent. It is back in the box below; please try again.";
}
