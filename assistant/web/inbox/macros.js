/** Macros: ready-made replies, with what is known of the customer and the order filled in. */

import { h } from "../shared/dom.js";
import { staff } from "../shared/staff.js";
import { ordersOf } from "./orders.js";

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/;
let loaded = null;

/** Where one chooses a macro; `insert(text)` puts it into the reply. Hidden while the shop has none. */
export class MacroPicker {
  #choice = h("select", { id: "macro", "data-testid": "macro" });
  #detail = null;

  constructor(insert) {
    this.node = h("div", { class: "macros", hidden: true },
      h("label", { for: "macro", class: "unseen" }, "Macro"), this.#choice,
      h("button", { type: "button", class: "button", "data-testid": "insert-macro", onclick: () => insert(this.#filled()) }, "Insert"));
  }

  /** Offer the macros, those about the ticket's topic first. */
  async offer(detail) {
    const first = this.#detail === null;
    this.#detail = detail;
    if (!first) return;
    loaded ??= staff.get("/v1/inbox/macros").catch(() => { loaded = null; return []; }); // asked for again with the next ticket
    const macros = await loaded;
    const fits = ({ topic }) => detail.ticket.tags.includes(topic);
    const sorted = [...macros].sort((a, b) => Number(fits(b)) - Number(fits(a)) || a.title.localeCompare(b.title));
    this.#choice.replaceChildren(h("option", { value: "" }, "Macro…"), ...sorted.map(({ id, title }) => h("option", { value: id }, title)));
    this.macros = new Map(sorted.map((macro) => [macro.id, macro]));
    this.node.hidden = sorted.length === 0;
  }

  #filled() {
    const macro = this.macros.get(this.#choice.value);
    return macro ? fillIn(macro.text, known(this.#detail)) : "";
  }
}

/** The first placeholder still in `text`, or null: {name, start, end}. */
export function unfilled(text) {
  const found = PLACEHOLDER.exec(text);
  return found && { name: found[1].replaceAll("_", " "), start: found.index, end: found.index + found[0].length };
}

function fillIn(text, facts) {
  return text.replaceAll(new RegExp(PLACEHOLDER, "g"), (whole, name) => facts[name] ?? whole);
}

/** What a placeholder may name: the customer, and the order where the ticket is about one alone. */
function known({ conversation, turn }) {
  const orders = ordersOf(turn);
  const facts = orders.length === 1 ? Object.entries(orders[0]).filter(([, value]) => ["string", "number"].includes(typeof value)) : [];
  const { name, order_number: number } = conversation.customer;
  return { ...Object.fromEntries(facts), customer_name: name, order_number: orders.length === 1 ? orders[0].number : number };
}
