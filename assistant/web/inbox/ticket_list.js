/** The tickets to choose from, with filters by status and kind. */

import { h, same } from "../shared/dom.js";
import { age, plural, words } from "../shared/format.js";

const STATUSES = [["", "To do"], ["open", "Open"], ["claimed", "Claimed"], ["resolved", "Resolved"]];
const TONES = { urgent: "bad", high: "warn", normal: "", low: "" };

export class TicketList {
  #choose;
  #tickets = null;
  #chosen = null;
  #items = h("ul", { class: "tickets" });
  #count = h("p", { class: "muted small", role: "status" });
  #status = h("select", { id: "status", "data-testid": "filter-status" }, STATUSES.map(([value, label]) => h("option", { value }, label)));
  #kind = h("select", { id: "kind", "data-testid": "filter-kind" }, h("option", { value: "" }, "Every kind"));

  /** `choose(id)` opens a ticket; `reload()` asks for the list anew after the status filter changed. */
  constructor(choose, reload) {
    this.#choose = choose;
    this.#status.addEventListener("change", reload);
    this.#kind.addEventListener("change", () => this.#draw());
    this.node = h("section", { class: "list", "aria-labelledby": "list-title" },
      h("div", { class: "list-head" },
        h("h2", { id: "list-title" }, "Tickets"), this.#count,
        h("p", { class: "field" }, h("label", { for: "status" }, "Status"), this.#status),
        h("p", { class: "field" }, h("label", { for: "kind" }, "Kind"), this.#kind)),
      this.#items);
  }

  /** The status to ask the service for; empty: open and claimed. */
  get status() {
    return this.#status.value;
  }

  show(tickets, chosen) {
    const changed = !same(tickets, this.#tickets);
    this.#tickets = tickets;
    this.#chosen = chosen;
    if (changed) this.#offerKinds();
    this.#draw();
  }

  mark(chosen) {
    this.#chosen = chosen;
    for (const button of this.#items.querySelectorAll("button")) setCurrent(button, chosen);
  }

  #offerKinds() {
    const kept = this.#kind.value;
    const kinds = [...new Set([...this.#tickets.map((ticket) => ticket.issue_type), ...(kept ? [kept] : [])])].sort();
    this.#kind.replaceChildren(h("option", { value: "" }, "Every kind"), ...kinds.map((kind) => h("option", { value: kind }, words(kind))));
    this.#kind.value = kept;
  }

  #draw() {
    const shown = (this.#tickets ?? []).filter((ticket) => !this.#kind.value || ticket.issue_type === this.#kind.value);
    const focused = this.#items.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.#count.textContent = plural(shown.length, "ticket");
    this.#items.replaceChildren(...(shown.length > 0 ? shown.map((ticket) => this.#row(ticket)) : [h("li", { class: "empty" }, "Nothing waits here.")]));
    if (focused) this.#items.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  #row(ticket) {
    const button = h("button", { type: "button", class: "ticket", "data-testid": "ticket", "data-id": ticket.id, onclick: () => this.#choose(ticket.id) },
      h("span", { class: "ticket-top" },
        h("span", { class: `tag ${TONES[ticket.priority]}` }, words(ticket.priority)),
        h("strong", null, words(ticket.issue_type)),
        h("span", { class: "muted small age" }, age(ticket.opened_at))),
      h("span", { class: "summary" }, ticket.summary),
      h("span", { class: "muted small" }, words(ticket.reason), ticket.status === "claimed" && ` · ${ticket.assignee}`, ticket.status === "resolved" && " · Resolved"));
    setCurrent(button, this.#chosen);
    return h("li", null, button);
  }
}

function setCurrent(button, chosen) {
  if (button.dataset.id === chosen) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
}
