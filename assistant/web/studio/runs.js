/** The evaluations so far, newest first. */

import { h } from "../shared/dom.js";
import { clock, plural, words } from "../shared/format.js";

const TONES = { failed: "bad", running: "human" };
const VERDICTS = { true: ["Passed", "good"], false: ["Gates failed", "warn"] };

export class RunList {
  #choose;
  #items = h("ul", { class: "runs" });

  constructor(choose) {
    this.#choose = choose;
    this.node = h("nav", { class: "card runs-card", "aria-labelledby": "runs-title" }, h("h2", { id: "runs-title" }, "Evaluations"), this.#items);
  }

  /** Show `runs` (newest first) with the one called `chosen` marked; keeps the focus where it is. */
  show(runs, chosen) {
    this.node.hidden = runs.length === 0;
    const focused = this.#items.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.#items.replaceChildren(...runs.map((run) => this.#row(run, run.id === chosen)));
    if (focused) this.#items.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  #row({ id, started_at: started, state, total, passed }, current) {
    const [label, tone] = VERDICTS[passed] ?? [words(state), TONES[state] ?? ""];
    return h("li", null,
      h("button", { type: "button", "data-testid": "run", "data-id": id, "aria-current": current && "true", onclick: () => this.#choose(id) },
        h("span", null, clock(started)),
        h("span", { class: "muted small" }, plural(total ?? 0, "case")),
        h("span", { class: `tag ${tone}` }, label)));
  }
}
