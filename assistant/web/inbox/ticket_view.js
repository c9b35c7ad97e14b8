/** One ticket: what was said, what is suggested and why it was not sent alone, what the shop says. */

import { h, icon, keepingFocus, same } from "../shared/dom.js";
import { clock, words } from "../shared/format.js";
import { BACK, PERSON } from "../shared/icons.js";
import { signedOut, staff } from "../shared/staff.js";
import { ask } from "./confirm.js";
import { drawOrders } from "./orders.js";
import { ReplyEditor } from "./reply_editor.js";
import { TONES } from "./ticket_list.js";
import { drawSupport, drawWhy } from "./trail.js";
import { Transcript } from "./transcript.js";

const VERIFIED = {
  token: "signed in to the shop", user_hash: "signed in to the shop", order_and_email: "order number and e-mail matched",
  emailed_code: "code sent by e-mail", nobody: "not verified",
};

export class TicketView {
  #person;
  #around;
  #detail = null;
  #title = h("h2", { tabindex: "-1", "data-testid": "ticket-title" });
  #about = h("div", { class: "about" });
  #actions = h("div", { class: "actions" });
  #error = h("p", { class: "error", role: "alert", "data-testid": "ticket-error" });
  #taken = h("div", { class: "taken" });
  #side = h("aside", { class: "side", "aria-label": "What stands behind it" });
  #transcript = new Transcript();
  #editor;

  /** `around`: {reload(), next()} reads everything anew after a change, and opens the next ticket to do. */
  constructor(detail, person, around) {
    this.id = detail.ticket.id;
    this.#person = person;
    this.#around = around;
    this.#editor = new ReplyEditor(detail, person, {
      send: (body) => this.#change("replies", body),
      reject: (verdict) => this.#change("reject", { verdict }),
      explain: (error) => this.#explain(error),
    });
    this.node = h("div", { class: "view" },
      h("header", { class: "detail-head" },
        h("a", { class: "button quiet back", href: "#", "data-testid": "back" }, icon(BACK), "All tickets"),
        h("div", { class: "heading" }, this.#title, this.#about), this.#actions, this.#error),
      h("div", { class: "columns" },
        h("div", { class: "talk" }, this.#transcript.node, this.#taken, this.#editor.node), this.#side));
    this.update(detail);
  }

  update(detail) {
    const before = this.#detail;
    this.#detail = detail;
    if (!same([before?.ticket, before?.conversation.customer], [detail.ticket, detail.conversation.customer])) this.#drawHead(detail);
    this.#transcript.update(detail);
    this.#editor.update(detail);
    const shown = (one) => one && [one.turn, one.verdict, one.conversation.customer];
    if (!same(shown(before), shown(detail))) {
      this.#side.replaceChildren(...[drawWhy(detail.ticket, detail.turn), drawOrders(detail), drawSupport(detail)].filter(Boolean));
    }
  }

  /** Put the focus where reading begins. */
  focus() {
    this.#title.focus();
  }

  #drawHead({ ticket, conversation }) {
    const { customer } = conversation;
    const mine = ticket.status === "claimed" && ticket.assignee === this.#person.name;
    const theirs = ticket.status === "claimed" && !mine;
    this.#title.textContent = ticket.summary.split("\n")[0];
    keepingFocus(this.#about, ...drawAbout(ticket, customer));
    keepingFocus(this.#actions, ...this.#drawActions(ticket, mine, theirs));
    this.#editor.node.hidden = ticket.status === "resolved" || theirs;
    this.#taken.replaceChildren(...(theirs ? [h("p", null, icon(PERSON), " ", h("strong", null, ticket.assignee), " is answering this ticket. What you have typed is kept.")]
      : ticket.status === "resolved" ? [h("p", null, "This ticket is resolved. When the customer writes again, the assistant answers first.")] : []));
  }

  #drawActions(ticket, mine, theirs) {
    const button = (hook, label, onclick, primary = false) => h("button", { type: "button", class: `button ${primary ? "primary" : ""}`, "data-testid": hook, onclick }, label);
    const open = ticket.status === "open";
    return [
      open && button("claim", "Claim", () => this.#do("claim", undefined, () => this.#editor.focus()), true),
      mine && button("hand-back", "Hand back", () => this.#do("hand-back", undefined, () => this.#focus("claim"))),
      (open || mine) && h("button", { type: "button", class: "button to-reply", onclick: () => this.#editor.focus() }, "Reply"),
      theirs && button("take-over", "Take over…", () => this.#takeOver(ticket.assignee), true),
      (open || mine) && button("resolve", "Resolve", () => this.#resolve()),
      ticket.status === "resolved" && button("next", "Next ticket", () => this.#around.next(), true),
    ].filter(Boolean);
  }

  async #takeOver(assignee) {
    const sure = await ask(`Take this ticket over from ${assignee}?`,
      h("p", { class: "muted" }, `${assignee} may be writing to the customer right now. The conversation will say that you took it over.`), "Take over");
    if (sure) await this.#do("take-over", { assignee }, () => this.#editor.focus());
  }

  async #resolve() {
    await this.#editor.settled();
    if (this.#editor.isUnsent) {
      const sure = await ask("Resolve without sending?", h("p", { class: "muted" }, "You have written something that the customer has not got."), "Resolve without sending");
      if (!sure) return this.#editor.focus();
    }
    return this.#do("resolve", undefined, () => this.#focus("next"));
  }

  async #do(action, body, then) {
    this.#error.textContent = "";
    try {
      await this.#change(action, body);
      then();
    } catch (error) {
      this.#error.textContent = this.#explain(error);
    }
  }

  /** Call the service, and read the ticket anew whether it agreed or somebody else was first. */
  async #change(action, body) {
    try {
      await staff.post(`/v1/inbox/tickets/${this.id}/${action}`, body);
    } catch (error) {
      if (error.status === 409) await this.#around.reload();
      throw error;
    }
    await this.#around.reload();
  }

  /** What to say of a refusal, with what has been read since. */
  #explain(error) {
    if (signedOut(error)) return "Sign in again; what you have typed is kept.";
    const { ticket, verdict } = this.#detail;
    if (error.status !== 409) return error.message;
    if (ticket.status === "resolved") return `Not done: ${ticket.assignee ?? "somebody"} has resolved this ticket meanwhile.`;
    if (ticket.assignee && ticket.assignee !== this.#person.name) return `Not done: ${ticket.assignee} has this ticket now.`;
    return verdict ? `Not done: ${verdict.human_agent} has sent or rejected the suggestion meanwhile.` : error.message;
  }

  #focus(hook) {
    this.node.querySelector(`[data-testid="${hook}"]`)?.focus();
  }
}

function drawAbout(ticket, customer) {
  const { status, assignee, priority, issue_type: kind, opened_at: opened } = ticket;
  const who = status === "claimed" ? `Claimed by ${assignee}` : status === "resolved" ? "Resolved" : "Open";
  const proof = VERIFIED[customer.verified_by] + (customer.order_number ? ` (${customer.order_number})` : "");
  return [
    h("p", { class: "tags" },
      h("span", { class: `tag ${status === "resolved" ? "good" : "human"}`, "data-testid": "ticket-status" }, who),
      h("span", { class: `tag ${TONES[priority]}` }, words(priority)), h("span", { class: "tag" }, words(kind)),
      ticket.tags.includes("angry") && h("span", { class: "tag bad" }, "Angry"), ticket.tags.includes("frustrated") && h("span", { class: "tag warn" }, "Frustrated"),
      h("span", { class: "muted small" }, "since ", h("time", { datetime: opened }, clock(opened)))),
    h("p", { class: "small customer-line", "data-testid": "customer" },
      h("strong", null, customer.name ?? "Customer"), customer.email && ` · ${customer.email}`, " · ",
      h("span", { class: customer.verified_by === "nobody" ? "unverified" : "verified" }, proof)),
  ];
}
