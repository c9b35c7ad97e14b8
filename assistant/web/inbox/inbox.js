/** The inbox: tickets on the left, the chosen one on the right, both kept fresh by polling. */

import { h, same } from "../shared/dom.js";
import { signedIn, signedOut, staff } from "../shared/staff.js";
import { TicketList } from "./ticket_list.js";
import { TicketView } from "./ticket_view.js";

const EVERY_MS = 4000;

class Inbox {
  #list = new TicketList((id) => this.#choose(id), () => this.#refresh());
  #place = h("section", { class: "detail", "aria-label": "Ticket" });
  #notice = h("p", { class: "connection", role: "status" });
  #view = null;
  #shown = null;

  constructor() {
    this.node = h("div", { class: "inbox" }, h("h1", { class: "unseen" }, "Inbox"), this.#list.node, this.#place);
    addEventListener("hashchange", () => this.#choose(chosen()));
    this.#list.node.append(this.#notice);
    this.#choose(chosen());
    void this.#poll();
  }

  async #poll() {
    for (;;) {
      await this.#refresh();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  async #refresh() {
    try {
      const status = this.#list.status;
      this.#list.show(await staff.get(`/v1/inbox/tickets${status ? `?status=${status}` : ""}`), chosen());
      await this.#refreshView();
      this.#notice.textContent = "";
    } catch (error) {
      if (!signedOut(error)) this.#notice.textContent = `${error.message} Trying again…`;
    }
  }

  async #refreshView() {
    const id = chosen();
    if (!id) return;
    const detail = await staff.get(`/v1/inbox/tickets/${id}`);
    if (id !== chosen() || same(detail, this.#shown)) return;
    this.#shown = detail;
    if (this.#view?.id === id) this.#view.update(detail);
    else this.#view = new TicketView(detail, () => this.#refresh());
    if (this.#view.node.parentNode !== this.#place) this.#place.replaceChildren(this.#view.node);
  }

  #choose(id) {
    if (id !== chosen()) {
      location.hash = id ?? "";
      return; // the hashchange comes back here
    }
    this.node.classList.toggle("has-choice", id !== null);
    this.#list.mark(id);
    this.#shown = null;
    this.#view = null;
    this.#place.replaceChildren(h("p", { class: "empty" }, id ? "Opening…" : "Choose a ticket to see the conversation, the order and the suggested reply."));
    if (id) void this.#refresh();
  }
}

const chosen = () => location.hash.slice(1) || null;

await signedIn(["human_agent", "owner"], () => new Inbox().node);
