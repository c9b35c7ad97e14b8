/** The evaluation under way: cases done, the one being worked, the time left, and a way to stop it. */

import { h } from "../shared/dom.js";
import { plural } from "../shared/format.js";

export class Progress {
  #counts = h("p", { class: "counts" });
  #spoken = h("p", { class: "unseen", role: "status" }); // by quarters: every case would be too much to listen to
  #bar = h("progress", { "aria-label": "Cases done" });
  #current = h("p", { class: "small muted current", "data-testid": "current-case" });
  #stop;

  /** `cancel(id)` resolves once the service has been asked to stop that run. */
  constructor(cancel) {
    this.#stop = h("button", { type: "button", class: "button", "data-testid": "cancel-eval", onclick: () => this.#ask(cancel) }, "Cancel");
    this.node = h("section", { class: "card under-way", "aria-label": "Evaluation under way", hidden: true },
      h("div", null, this.#counts, this.#bar, this.#current, this.#spoken), this.#stop);
  }

  /** Show `run`, or nothing where none is under way. */
  show(run) {
    this.node.hidden = !run;
    if (!run) return;
    if (this.run !== run.id) this.#ready(run.id);
    const left = run.seconds_left === null ? "" : `, about ${duration(run.seconds_left)} left`;
    const counts = run.total ? `${run.done} of ${plural(run.total, "case")}${left}` : "Starting…";
    this.#counts.textContent = counts;
    this.#speak(run.total ? `Evaluation: ${Math.floor((run.done / run.total) * 4) * 25} % done` : "Evaluation starts");
    this.#bar.max = run.total || 1;
    if (run.total) this.#bar.value = run.done;
    this.#current.textContent = run.current || "Getting ready";
  }

  #ready(id) {
    this.run = id;
    this.#stop.disabled = false;
    this.#stop.textContent = "Cancel";
  }

  #speak(text) {
    if (this.#spoken.textContent !== text) this.#spoken.textContent = text;
  }

  async #ask(cancel) {
    this.#stop.disabled = true;
    this.#stop.textContent = "Stopping…";
    if (!(await cancel(this.run))) this.#ready(this.run);
  }
}

function duration(seconds) {
  if (seconds < 55) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}
