/** The tickets to choose from, by priority; the filters stand in the page's address, so that a reload keeps them. */

import { h, same } from "../shared/dom.js";
import { age, plural, words } from "../shared/format.js";

/** How loud a priority is. */
export const TONES = { urgent: "bad", high: "warn", normal: "", low: "" };

const PRIORITIES = ["urgent", "high", "normal", "low"];
const STATUSES = [["", "To do"], ["open", "Unclaimed"], ["mine", "Mine"], ["others", "With colleagues"], ["resolved", "Resolved"]];
const KEYS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

export class TicketList {
  #me;
  #choose;
  #todo = [];
  #resolved = [];
  #drawn = null;
  #chosen = null;
  #known = null; // ids seen so far; null before the first list
  #fresh = new Set();
  #items = h("div", { class: "tickets", onkeydown: (event) => this.#onKey(event) });
  #count = h("p", { class: "muted small", "data-testid": "count" });
  #news = h("p", { class: "unseen", role: "status", "data-testid": "news" });
  #status = h("select", { id: "status", "data-testid": "filter-status" });
  #kind = h("select", { id: "kind", "data-testid": "filter-kind" });

  /** `choose(id)` opens a ticket; `reload()` reads the list anew after a filter changed. */
  constructor(person, choose, reload) {
    this.#me = person.name;
    this.#choose = choose;
    this.node = h("section", { class: "list", "aria-labelledby": "list-title" },
      h("div", { class: "list-head" },
        h("h2", { id: "list-title" }, "Tickets"), this.#count,
        h("p", { class: "field" }, h("label", { for: "status" }, "Show"), this.#status),
        h("p", { class: "field" }, h("label", { for: "kind" }, "Kind"), this.#kind)),
      this.#news, this.#items,
      h("details", { class: "keys small muted" }, h("summary", null, "Keyboard"),
        h("dl", { class: "facts" },
          h("dt", null, h("kbd", null, "J"), " ", h("kbd", null, "K"), " or arrows"), h("dd", null, "next and previous ticket, in the list"),
          h("dt", null, h("kbd", null, "Enter")), h("dd", null, "open the ticket"),
          h("dt", null, h("kbd", null, "Ctrl"), " ", h("kbd", null, "Enter")), h("dd", null, "send the reply, in the editor"))));
    for (const select of [this.#status, this.#kind]) {
      select.addEventListener("change", () => { this.#remember(); this.#draw(); reload(); });
    }
    const kept = new URLSearchParams(location.search);
    this.#offer({ status: kept.get("status") ?? "", kind: kept.get("kind") ?? "" });
  }

  /** Whether resolved tickets are to be read too. */
  get wantsResolved() {
    return this.#status.value === "resolved";
  }

  /** Show what is to do, most urgent first, and what is resolved (null: not read). */
  show(todo, resolved) {
    this.#announce(todo);
    this.#todo = todo;
    this.#resolved = resolved ?? this.#resolved;
    this.#offer({ status: this.#status.value, kind: this.#kind.value });
    this.#draw();
  }

  mark(chosen) {
    this.#chosen = chosen;
    this.#fresh.delete(chosen);
    for (const button of this.#rows()) {
      setCurrent(button, chosen);
      if (button.dataset.id === chosen) button.querySelector(".new")?.remove();
    }
  }

  /** Focus a ticket's row, or the first. */
  focus(id) {
    const rows = this.#rows();
    (rows.find((row) => row.dataset.id === id) ?? rows[0])?.focus();
  }

  /** The first ticket in the list that is still to do and not a colleague's; null where there is none. */
  next(except) {
    const free = this.#todo.filter(({ id, assignee }) => id !== except && (assignee === null || assignee === this.#me));
    return (this.#listed(free)[0] ?? free[0])?.id ?? null;
  }

  #rows() {
    return [...this.#items.querySelectorAll("button")];
  }

  #announce(todo) {
    const added = this.#known ? todo.filter(({ id }) => !this.#known.has(id)) : [];
    this.#known = new Set([...(this.#known ?? []), ...todo.map(({ id }) => id)]);
    for (const { id } of added) this.#fresh.add(id);
    if (added.length > 0) {
      const [{ priority, issue_type: kind }] = added;
      this.#news.textContent = added.length === 1 ? `New ticket: ${words(kind)}, ${priority}` : `${added.length} new tickets`;
    }
  }

  #matches({ status, assignee }, filter) {
    if (filter === "resolved") return status === "resolved";
    if (status === "resolved") return false;
    return filter === "" || (filter === "open" ? status === "open" : status === "claimed" && (assignee === this.#me) === (filter === "mine"));
  }

  #listed(tickets) {
    return tickets.filter((ticket) => !this.#kind.value || ticket.issue_type === this.#kind.value);
  }

  #offer({ status, kind }) {
    const all = [...this.#todo, ...this.#resolved];
    const count = (filter) => (filter === "resolved" ? "" : ` (${all.filter((ticket) => this.#matches(ticket, filter)).length})`);
    setOptions(this.#status, STATUSES.map(([value, label]) => [value, label + count(value)]), status);
    const here = all.filter((ticket) => this.#matches(ticket, this.#status.value));
    const kinds = [...new Set([...here.map((ticket) => ticket.issue_type), ...(kind ? [kind] : [])])].sort();
    const named = kinds.map((one) => [one, `${words(one)} (${here.filter((ticket) => ticket.issue_type === one).length})`]);
    setOptions(this.#kind, [["", "Every kind"], ...named], kind);
  }

  #remember() {
    const kept = Object.entries({ status: this.#status.value, kind: this.#kind.value }).filter(([, value]) => value);
    const query = new URLSearchParams(kept).toString();
    history.replaceState(null, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
  }

  #draw() {
    const source = this.wantsResolved ? this.#resolved : this.#todo;
    const shown = this.#listed(source.filter((ticket) => this.#matches(ticket, this.#status.value)));
    if (same(shown, this.#drawn)) return this.#grow();
    this.#drawn = shown;
    this.#count.textContent = plural(shown.length, "ticket");
    const focused = this.#items.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    const top = this.#items.scrollTop;
    this.#items.replaceChildren(...(shown.length > 0 ? this.#drawGroups(shown) : [h("p", { class: "empty" }, this.#known ? "Nothing waits here." : "Reading…")]));
    this.#items.scrollTop = top;
    if (focused) this.focus(focused);
  }

  /** Tickets grow older while nothing else changes. */
  #grow() {
    for (const time of this.#items.querySelectorAll("time")) time.textContent = age(time.dateTime);
  }

  #drawGroups(shown) {
    if (this.wantsResolved) return [drawRows(shown.map((ticket) => this.#drawRow(ticket)))];
    const groups = PRIORITIES.map((priority) => [priority, shown.filter((ticket) => ticket.priority === priority)]);
    return groups.filter(([, tickets]) => tickets.length > 0).map(([priority, tickets]) =>
      h("section", { "aria-label": `${words(priority)}: ${plural(tickets.length, "ticket")}` },
        h("h3", { class: "group" }, h("span", { class: `tag ${TONES[priority]}` }, words(priority)), h("span", { class: "muted small" }, String(tickets.length))),
        drawRows(tickets.map((ticket) => this.#drawRow(ticket)))));
  }

  #drawRow(ticket) {
    const { id, issue_type: kind, opened_at: opened, summary, status, assignee } = ticket;
    const [quote, ...more] = summary.split("\n");
    const order = more.find((line) => line.startsWith("Order "))?.replace(/\.$/, "");
    const who = status === "open" ? "Unclaimed" : assignee === this.#me ? "You" : assignee;
    const button = h("button", { type: "button", class: "ticket", "data-testid": "ticket", "data-id": id, onclick: () => this.#choose(id) },
      h("span", { class: "ticket-top" },
        h("strong", null, words(kind)), this.#fresh.has(id) && h("span", { class: "tag human new" }, "New"),
        h("time", { class: "muted small age", datetime: opened }, age(opened))),
      h("span", { class: "summary" }, quote),
      h("span", { class: "muted small ticket-foot" }, order ?? "", h("span", { class: status === "open" ? "" : "who-has" }, status === "resolved" ? `Resolved by ${who === "You" ? "you" : who ?? "somebody"}` : who)));
    setCurrent(button, this.#chosen);
    return button;
  }

  #onKey(event) {
    const step = KEYS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = this.#rows();
    const at = rows.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    rows[Math.min(rows.length - 1, Math.max(0, at + step))].focus();
  }
}

const drawRows = (rows) => h("ul", null, rows.map((row) => h("li", null, row)));

function setOptions(select, options, value) {
  const drawn = [...select.options].map((option) => [option.value, option.text]);
  if (!same(drawn, options)) select.replaceChildren(...options.map(([name, label]) => h("option", { value: name }, label)));
  select.value = options.some(([name]) => name === value) ? value : "";
}

function setCurrent(button, chosen) {
  if (button.dataset.id === chosen) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
}
