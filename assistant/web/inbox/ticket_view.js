/** One ticket: what was said, what is suggested and why it was not sent alone, what the shop says. */

import { h, icon, same } from "../shared/dom.js";
import { clock, words } from "../shared/format.js";
import { BACK } from "../shared/icons.js";
import { markdown } from "../shared/markdown.js";
import { sources } from "../shared/sources.js";
import { staff } from "../shared/staff.js";
import { drawOrders } from "./orders.js";
import { ReplyEditor } from "./reply_editor.js";
import { drawSupport, drawWhy } from "./trail.js";

const AUTHORS = { customer: "Customer", assistant: "AI assistant", human_agent: "Our team", system: "Note" };
const VERIFIED = {
  token: "signed in to the shop", user_hash: "signed in to the shop", order_and_email: "order number and e-mail matched",
  emailed_code: "code sent by e-mail", nobody: "not verified",
};

export class TicketView {
  #reload;
  #detail = null;
  #head = h("header", { class: "detail-head" });
  #error = h("p", { class: "error", role: "alert" });
  #messages = h("div", { class: "messages", tabindex: "0", role: "log", "aria-label": "Conversation" });
  #side = h("aside", { class: "side", "aria-label": "What stands behind it" });
  #editor;

  /** `reload()` asks for everything anew after a change. */
  constructor(detail, reload) {
    this.id = detail.ticket.id;
    this.#reload = reload;
    this.#editor = new ReplyEditor(detail, (text, verdict) => this.#reply(text, verdict));
    this.node = h("div", { class: "view" }, this.#head,
      h("div", { class: "columns" },
        h("div", { class: "talk" }, h("h2", { class: "unseen" }, "Conversation"), this.#messages, this.#error, this.#editor.node),
        this.#side));
    this.update(detail);
  }

  update(detail) {
    const before = this.#detail;
    this.#detail = detail;
    this.#head.replaceChildren(...this.#drawHead(detail));
    this.#editor.update(detail);
    if (!same(before?.conversation.messages, detail.conversation.messages)) this.#drawMessages(detail.conversation.messages);
    if (!same([before?.turn, before?.orders], [detail.turn, detail.orders])) this.#side.replaceChildren(...drawSide(detail));
  }

  #drawHead({ ticket, conversation }) {
    const { customer } = conversation;
    const [title, ...about] = ticket.summary.split("\n");
    const open = ticket.status !== "resolved";
    return [
      h("a", { class: "button quiet back", href: "#" }, icon(BACK), "All tickets"),
      h("div", { class: "heading" },
        h("h2", null, title),
        about.length > 0 && h("p", { class: "small" }, about.join(" ")),
        h("p", { class: "muted small" }, [words(ticket.issue_type), words(ticket.priority), `waiting since ${clock(ticket.opened_at)}`, ...ticket.tags.map(words)].join(" · ")),
        h("p", { class: "muted small" }, `${customer.name ?? "Customer"}: ${VERIFIED[customer.verified_by]}`)),
      h("div", { class: "actions" },
        h("span", { class: `tag ${ticket.status === "resolved" ? "good" : "human"}`, "data-testid": "ticket-status" }, ticket.assignee && open ? `Claimed by ${ticket.assignee}` : words(ticket.status)),
        ticket.status === "open" && h("button", { type: "button", class: "button primary", "data-testid": "claim", onclick: () => this.#do("claim") }, "Claim"),
        open && h("button", { type: "button", class: "button", "data-testid": "resolve", onclick: () => this.#do("resolve") }, "Resolve")),
    ];
  }

  #drawMessages(messages) {
    this.#messages.replaceChildren(...messages.map(drawMessage));
    requestAnimationFrame(() => { this.#messages.scrollTop = this.#messages.scrollHeight; });
  }

  async #do(action, body) {
    this.#error.textContent = "";
    try {
      await staff.post(`/v1/inbox/tickets/${this.id}/${action}`, body);
    } catch (error) {
      this.#error.textContent = error.message;
      return false;
    }
    await this.#reload();
    return true;
  }

  /** Claims the ticket first where nobody has. Returns whether the reply went out. */
  async #reply(text, verdict) {
    if (this.#detail.ticket.status === "open" && !(await this.#do("claim"))) return false;
    return this.#do("replies", { text, ...(verdict && { verdict }) });
  }
}

function drawMessage(message) {
  return h("article", { class: `said ${message.author}` },
    h("p", { class: "muted small" }, AUTHORS[message.author], " ", h("time", { datetime: message.sent_at }, clock(message.sent_at))),
    h("div", { class: "prose" }, message.author === "customer" ? h("p", { class: "as-typed" }, message.text) : markdown(message.text)),
    sources(message.citations));
}

function drawSide({ ticket, turn, orders }) {
  return [drawWhy(ticket, turn), drawOrders(orders), drawSupport(turn)].filter(Boolean);
}
