/** The studio: what the assistant knows, and how well it answers. */

import { h, same } from "../shared/dom.js";
import { clock } from "../shared/format.js";
import { signedIn, signedOut, staff } from "../shared/staff.js";
import { Progress } from "./progress.js";
import { drawReport } from "./report.js";
import { RunList } from "./runs.js";

const EVERY_MS = 2000;
const FORMS = [["html", "Page"], ["json", "JSON"], ["md", "Markdown"], ["xml", "JUnit"]];

class Studio {
  #runs = new RunList((id) => this.#choose(id));
  #progress = new Progress((id) => this.#cancel(id));
  #knowledge = h("dl", { class: "figures" });
  #error = h("p", { class: "error", role: "alert" });
  #button = h("button", { type: "button", class: "button primary", "data-testid": "run-eval", onclick: () => this.#run() }, "Run evaluation");
  #report = h("div", { class: "report", role: "region", "aria-label": "Report", tabindex: "-1" });
  #all = [];
  #shown = null;
  #chosen = location.hash.slice(1) || null;
  #against = "last";

  constructor() {
    this.node = h("div", { class: "studio" },
      h("div", { class: "studio-head" },
        h("div", null, h("h1", null, "Studio"), h("p", { class: "muted" }, "What the assistant knows, and how well it answers.")),
        this.#button),
      this.#error, this.#progress.node,
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
      this.#all = await staff.get("/v1/studio/evals");
      if (!this.#all.some((run) => run.id === this.#chosen)) this.#chosen = this.#all[0]?.id ?? null;
      this.#runs.show(this.#all, this.#chosen);
      this.#showProgress(this.#all.find((run) => run.state === "running"));
      await this.#showReport(this.#all.find((run) => run.id === this.#chosen));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #run() {
    this.#button.disabled = true;
    this.#error.textContent = "";
    try {
      this.#chosen = (await staff.post("/v1/studio/evals")).id;
      this.#against = "last";
      await this.#refresh();
    } catch (error) {
      this.#button.disabled = false;
      this.#fail(error);
    }
  }

  async #cancel(id) {
    try {
      await staff.post(`/v1/studio/evals/${id}/cancel`);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #choose(id) {
    this.#chosen = id;
    this.#against = "last";
    history.replaceState(null, "", `#${id}`);
    void this.#refresh();
  }

  #showProgress(run) {
    this.#button.disabled = Boolean(run);
    this.#button.textContent = run ? "Evaluation is running…" : "Run evaluation";
    this.#progress.show(run);
  }

  async #showReport(run) {
    const wanted = run ? [run.id, run.state, this.#against] : null;
    if (this.#shown !== null && same(wanted, this.#shown.wanted)) return;
    const nodes = await this.#drawRun(run);
    const focused = document.activeElement?.id;
    this.#report.replaceChildren(...nodes);
    this.#shown = { wanted };
    if (focused === "against") document.getElementById("against")?.focus();
  }

  async #drawRun(run) {
    if (!run) return [note("No evaluation yet. Run one to see how often the assistant is right, and how often it is wrong.")];
    if (run.state === "running") return [note("The report appears here when the evaluation is done.")];
    if (run.state === "cancelled") return [note("This evaluation was cancelled. It has no report.")];
    if (run.state === "failed") return [h("div", { class: "card", role: "note" }, h("h2", null, "This evaluation stopped"), h("p", { class: "error" }, run.error || "No reason was recorded."))];
    try {
      const body = await staff.get(`/v1/studio/evals/${run.id}/report?against=${encodeURIComponent(this.#against)}`);
      return [this.#drawTools(run), ...drawReport(body)];
    } catch (error) {
      if (error.passing || signedOut(error)) throw error;
      return [this.#drawTools(run), h("div", { class: "card" }, h("h2", null, "This report cannot be shown"), h("p", { class: "error" }, error.message))];
    }
  }

  #drawTools(run) {
    const others = this.#all.filter((other) => other.state === "done" && other.id !== run.id);
    const choices = [["last", "the last before it"], ...others.map((other) => [other.id, clock(other.started_at)]), ["nothing", "nothing"]];
    const select = h("select", { id: "against", "data-testid": "against", onchange: () => this.#compareWith(select.value) },
      choices.map(([value, label]) => h("option", { value, selected: value === this.#against }, label)));
    const query = `?against=${encodeURIComponent(this.#against)}`;
    return h("div", { class: "card tools" },
      h("p", { class: "field" }, h("label", { for: "against" }, "Compare with"), select),
      h("div", null, h("p", { class: "label", id: "download-title" }, "Download the report"),
        h("ul", { class: "downloads", "aria-labelledby": "download-title" }, FORMS.map(([form, label]) => h("li", null,
          h("a", { class: "button", href: `/v1/studio/evals/${run.id}/report.${form}${query}`, download: true, "data-testid": `download-${form}` }, label))))));
  }

  #compareWith(against) {
    this.#against = against;
    void this.#refresh();
  }

  #fail(error) {
    if (!signedOut(error)) this.#error.textContent = error.message;
  }
}

const note = (text) => h("p", { class: "card empty" }, text);

await signedIn(["owner"], () => new Studio().node);
