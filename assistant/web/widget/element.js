/** <handrail-chat>: a launcher button and the chat panel it opens. */

import { h, icon } from "../shared/dom.js";
import { CLOSE, SEND } from "../shared/icons.js";
import { Launcher } from "./launcher.js";
import { orderForm } from "./order_form.js";
import { fillsScreen, followScreen, openPanel } from "./panel.js";
import { ChatSession } from "./session.js";
import { statusLine, statusNote } from "./status.js";
import { sheet } from "./styles.js";
import { Theme } from "./theme.js";
import { Transcript } from "./transcript.js";

const SERVICE = new URL("../..", import.meta.url).href.replace(/\/$/, "");
const RETRY_MS = 4000;
const WANTS_PERSON = "I want to talk to a human.";

export class HandrailChat extends HTMLElement {
  #session;
  #theme;
  #transcript;
  #parts;
  #form = null;
  #status = "with_assistant";
  #live = false; // false while what an earlier page had shown is drawn again
  #hearers = {
    began: () => this.#restart(),
    message: (message) => this.#message(message),
    stage: (body) => this.#transcript.stage(body),
    sentence: (body) => this.#transcript.sentence(body),
    outcome: (body) => this.#ask(body.asks ?? null),
    status: ({ status }) => this.#showStatus(status),
    customer: ({ verified_by: how }) => how !== "nobody" && this.#ask(null),
    delivery: (body) => this.#delivery(body),
    connection: ({ up }) => this.#notice(up ? "" : "The connection is interrupted. Trying again…"),
  };

  connectedCallback() {
    if (this.shadowRoot) return;
    this.#session = new ChatSession(SERVICE, (kind, body) => this.#hearers[kind]?.(body), () => this.identityToken);
    this.#transcript = new Transcript((id) => ({
      given: this.#session.rated(id),
      give: (helpful, comment) => this.#session.rate(id, helpful, comment),
      askForPerson: () => this.#askForPerson(),
    }));
    this.#theme = new Theme(this);
    this.#draw(this.attachShadow({ mode: "open" }));
    if (this.#session.started) void this.#open();
    if (this.#session.panelOpen && !fillsScreen()) this.#reveal();
    document.addEventListener("visibilitychange", () => this.#seen());
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
    if (!this.#parts.panel.open) this.#transcript.catchUp();
    this.#reveal();
    this.#session.panelOpen = true;
    this.#seen();
    this.#parts.composer.focus();
    void this.#open();
    if (text) this.#send(text);
  }

  /** Close the panel; the conversation goes on. */
  hide() {
    this.#parts.panel.close();
  }

  #draw(root) {
    root.adoptedStyleSheets = [sheet, this.#theme.sheet];
    this.#theme.refresh();
    const title = this.getAttribute("title") || "Chat with us";
    this.removeAttribute("title"); // it would show as a tooltip over everything
    const label = this.getAttribute("launcher-label");
    const launcher = new Launcher(label || title, label, () => this.#toggle());
    const subtitle = h("p", { class: "subtitle" });
    const note = h("p", { class: "handoff", role: "status", "data-testid": "handoff-note" });
    const notice = h("p", { class: "notice", role: "status", "data-testid": "notice" });
    const composer = h("textarea", {
      id: "composer", rows: "1", placeholder: "Write your question…", "data-testid": "composer", enterkeyhint: "send",
      onkeydown: (event) => this.#key(event), oninput: () => this.#grow(),
    });
    const panel = h("dialog", { class: "panel", "aria-labelledby": "title", onclose: () => this.#closed(), onkeydown: (event) => event.key === "Escape" && this.#escape(event) },
      h("header", null,
        h("div", null, h("h2", { id: "title" }, title), subtitle),
        h("button", { type: "button", class: "plain", "aria-label": "Close chat", onclick: () => this.hide() }, icon(CLOSE))),
      this.#transcript.node, note, notice,
      h("form", { class: "composer", onsubmit: (event) => this.#submit(event) },
        h("label", { for: "composer", class: "unseen" }, "Your message"), composer,
        h("button", { type: "submit", class: "send", "aria-label": "Send", "data-testid": "send" }, icon(SEND))),
      h("p", { class: "small" }, "Enter sends, Shift + Enter starts a new line."));
    this.#parts = { panel, launcher, subtitle, note, notice, composer };
    this.#showStatus("with_assistant");
    followScreen(panel);
    root.append(launcher.node, launcher.news, panel);
  }

  #reveal() {
    this.#theme.refresh();
    openPanel(this.#parts.panel);
    this.#parts.launcher.open = true;
  }

  #closed() {
    const { panel, launcher } = this.#parts;
    if (panel.open) return; // it was only moved
    this.#session.panelOpen = false;
    launcher.open = false;
    launcher.node.focus();
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

  #askForPerson() {
    this.#send(WANTS_PERSON);
    this.#backToComposer();
  }

  #grow() {
    const { composer } = this.#parts;
    composer.style.height = "auto";
    composer.style.height = `${Math.min(composer.scrollHeight + 2, 140)}px`;
  }

  #restart() {
    this.#transcript.clear();
    this.#form = null;
    this.#showStatus("with_assistant");
    for (const entry of this.#session.unsent) this.#transcript.unsent(entry);
  }

  #message(message) {
    this.#transcript.message(message);
    if (this.#live && message.author !== "customer" && !this.#looking) this.#parts.launcher.unread += 1;
  }

  get #looking() {
    return this.#parts.panel.open && !document.hidden;
  }

  #seen() {
    if (this.#looking) this.#parts.launcher.unread = 0;
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
    this.#form = wanted ? orderForm((number, email) => this.#identify(number, email), () => this.#askForPerson()) : null;
    this.#transcript.ask(this.#form);
  }

  async #identify(number, email) {
    await this.#session.identify(number, email);
    this.#backToComposer();
  }

  /** What had the focus goes away. On a phone the composer would bring the keyboard up over the reply. */
  #backToComposer() {
    if (!fillsScreen()) this.#parts.composer.focus();
    else this.#transcript.node.focus({ preventScroll: true });
  }

  async #showStatus(status) {
    const { subtitle, note, panel } = this.#parts;
    this.#status = status;
    panel.dataset.status = status;
    subtitle.textContent = statusLine(status);
    const support = status === "waiting_for_human" ? await this.#session.support() : null;
    if (status !== this.#status) return;
    note.textContent = statusNote(status, support);
  }

  #notice(text) {
    this.#parts.notice.textContent = text;
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
