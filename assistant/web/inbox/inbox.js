/** The inbox: tickets on the left, the chosen one on the right, both kept fresh without taking focus or scroll away. */

import { h, same } from "../shared/dom.js";
import { signedIn, signedOut, staff } from "../shared/staff.js";
import { TicketList } from "./ticket_list.js";
import { TicketView } from "./ticket_view.js";

const EVERY_MS = 4000;
const TITLE = document.title;
const EVENTS = ["message", "status", "ticket", "customer"];

class Inbox {
  #person;
  #list;
  #place = h("section", { class: "detail", "aria-label": "Ticket" });
  #notice = h("p", { class: "connection", role: "status" });
  #view = null;
  #shown = null;
  #stream = null;
  #takesFocus = false;
  #running = Promise.resolve();
  #next = null;

  constructor(person) {
    this.#person = person;
    this.#list = new TicketList(person, (id) => this.#open(id), () => this.#refresh());
    this.#list.node.append(this.#notice);
    this.node = h("div", { class: "inbox" }, h("h1", { class: "unseen" }, "Inbox"), this.#list.node, this.#place);
    addEventListener("hashchange", () => this.#follow());
    this.#follow();
    void this.#poll();
  }

  async #poll() {
    for (;;) {
      await this.#refresh();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  /** Read everything anew; calls that come while one waits its turn share it. */
  #refresh() {
    this.#next ??= this.#running.then(() => {
      this.#next = null;
      this.#running = this.#load();
      return this.#running;
    });
    return this.#next;
  }

  async #load() {
    try {
      const todo = await staff.get("/v1/inbox/tickets");
      this.#list.show(todo, this.#list.wantsResolved ? await staff.get("/v1/inbox/tickets?status=resolved") : null);
      const waiting = todo.filter(({ status }) => status === "open").length;
      document.title = waiting > 0 ? `(${waiting}) ${TITLE}` : TITLE;
      await this.#loadView();
      this.#notice.textContent = "";
    } catch (error) {
      if (!signedOut(error)) this.#notice.textContent = `${error.message} Trying again…`;
    }
  }

  async #loadView() {
    const id = chosen();
    if (!id || this.#shown === "missing") return;
    try {
      const detail = await staff.get(`/v1/inbox/tickets/${encodeURIComponent(id)}`);
      if (id === chosen() && !same(detail, this.#shown)) this.#show(detail);
    } catch (error) {
      if (error.status !== 404) throw error;
      this.#shown = "missing";
      this.#say("There is no such ticket. It may have been erased; choose another one.");
    }
  }

  #show(detail) {
    this.#shown = detail;
    if (this.#view) return this.#view.update(detail);
    this.#view = new TicketView(detail, this.#person, { reload: () => this.#refresh(), next: () => this.#open(this.#list.next(this.#view?.id)) });
    this.#place.replaceChildren(this.#view.node);
    this.#listen(this.#view.id);
    if (this.#takesFocus) this.#view.focus();
    this.#takesFocus = false;
  }

  #open(id) {
    this.#takesFocus = true;
    if (id === chosen()) this.#view?.focus();
    else location.hash = id ?? ""; // what follows comes with the hashchange
  }

  #follow() {
    const id = chosen();
    const before = this.#view?.id;
    this.node.classList.toggle("has-choice", id !== null);
    this.#list.mark(id);
    this.#stream?.close();
    this.#shown = this.#view = this.#stream = null;
    this.#say(id ? "Opening…" : "Choose a ticket to see the conversation, the order and the suggested reply.");
    if (!id && before) this.#list.focus(before);
    void this.#refresh();
  }

  /** What happens in the conversation is read at once; the polling is for when the stream is away. */
  #listen(id) {
    this.#stream = new EventSource(`/v1/inbox/tickets/${encodeURIComponent(id)}/events`);
    for (const kind of EVENTS) this.#stream.addEventListener(kind, () => void this.#refresh());
  }

  #say(text) {
    this.#place.replaceChildren(h("p", { class: "empty" }, text));
  }
}

const chosen = () => location.hash.slice(1) || null;

await signedIn(["human_agent", "owner"], (person) => new Inbox(person).node);
