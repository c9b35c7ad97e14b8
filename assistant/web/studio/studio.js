/** The studio: what the assistant knows, and how well it answers. */

import { h, same } from "../shared/dom.js";
import { clock, plural } from "../shared/format.js";
import { signedIn, signedOut, staff } from "../shared/staff.js";
import { drawReport } from "./report.js";
import { RunList } from "./runs.js";

const EVERY_MS = 2000;

class Studio {
  #runs = new RunList((id) => this.#choose(id));
  #knowledge = h("dl", { class: "figures" });
  #progress = h("div", { class: "progress-line", role: "status" });
  #error = h("p", { class: "error", role: "alert" });
  #button = h("button", { type: "button", class: "button primary", "data-testid": "run-eval", onclick: () => this.#run() }, "Run evaluation");
  #report = h("section", { class: "report", "aria-label": "Report" });
  #shown = null;
  #chosen = location.hash.slice(1) || null;

  constructor() {
    this.node = h("div", { class: "studio" },
      h("div", { class: "studio-head" },
        h("div", null, h("h1", null, "Studio"), h("p", { class: "muted" }, "What the assistant knows, and how well it answers.")),
        this.#button),
      this.#error, this.#progress,
      h("section", { class: "card", "aria-labelledby": "knowledge-title" }, h("h2", { id: "knowledge-title" }, "Knowledge in force"), this.#knowledge),
      h("div", { class: "studio-columns" }, this.#runs.node, this.#report));
    void this.#loadKnowledge();
    void this.#poll();
  }

  async #loadKnowledge() {
    try {
      const { snapshot, published_at: published, articles, passages, problem } = await staff.get("/v1/studio/knowledge");
      const figures = [["Articles", articles], ["Passages", passages], ["Published", published && clock(published)], ["Snapshot", snapshot && h("code", null, snapshot)]];
      this.#knowledge.replaceChildren(...figures.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value ?? "–"))));
      this.#error.textContent = problem ?? "";
    } catch (error) {
      this.#fail(error);
    }
  }

  async #poll() {
    for (;;) {
      await this.#refresh();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  async #refresh() {
    try {
      const runs = [...(await staff.get("/v1/studio/evals"))].sort((a, b) => b.started_at.localeCompare(a.started_at));
      this.#chosen ??= runs[0]?.id ?? null;
      this.#runs.show(runs, this.#chosen);
      this.#showProgress(runs.find((run) => run.state === "running"));
      await this.#showReport(runs.find((run) => run.id === this.#chosen));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #run() {
    this.#button.disabled = true;
    this.#error.textContent = "";
    try {
      this.#chosen = (await staff.post("/v1/studio/evals")).id;
      await this.#refresh();
    } catch (error) {
      this.#button.disabled = false;
      this.#fail(error);
    }
  }

  #choose(id) {
    this.#chosen = id;
    history.replaceState(null, "", `#${id}`);
    void this.#refresh();
  }

  #showProgress(run) {
    this.#button.disabled = Boolean(run);
    this.#button.textContent = run ? "Evaluation is running…" : "Run evaluation";
    this.#progress.replaceChildren(...(run ? [
      h("label", { for: "progress" }, run.total ? `${run.done} of ${plural(run.total, "case")}` : "Starting…"),
      h("progress", { id: "progress", max: run.total || 1, value: run.done }),
    ] : []));
  }

  async #showReport(run) {
    if (run && same([run.id, run.state], this.#shown)) return;
    this.#report.replaceChildren(...(await this.#drawRun(run)));
    this.#shown = run ? [run.id, run.state] : null;
  }

  async #drawRun(run) {
    if (!run) return [h("p", { class: "card empty" }, "No evaluation yet. Run one to see how often the assistant is right, and how often it is wrong.")];
    if (run.state === "running") return [h("p", { class: "card empty" }, "The report appears here when the evaluation is done.")];
    const { report, error } = await staff.get(`/v1/studio/evals/${run.id}`);
    return report ? drawReport(report) : [h("p", { class: "card error" }, `This evaluation stopped: ${error || "no reason was recorded."}`)];
  }

  #fail(error) {
    if (!signedOut(error)) this.#error.textContent = error.message;
  }
}

await signedIn(["owner"], () => new Studio().node);
