/** The button that opens the chat, with the number of unread messages on it and in the tab's title. */

import { h, icon } from "../shared/dom.js";
import { plural } from "../shared/format.js";
import { CHAT, DOWNWARD } from "../shared/icons.js";

export class Launcher {
  #label;
  #unread = 0;
  #marked = ""; // what the count was put in front of the tab's title as
  #face = h("span", { class: "face" }, icon(CHAT));
  #badge = h("span", { class: "badge", "aria-hidden": "true" });
  news = h("p", { class: "unseen", role: "status" }); // tells a screen reader of messages that come while the chat is closed

  /** `label` names the button; `shown`, if given, is written on it. */
  constructor(label, shown, toggle) {
    this.#label = label;
    this.#badge.hidden = true;
    this.node = h("button", {
      type: "button", class: shown ? "launcher labelled" : "launcher", "data-testid": "launcher", "aria-haspopup": "dialog", onclick: toggle,
    }, this.#face, shown && h("span", { class: "label" }, shown), this.#badge);
    this.open = false;
  }

  set open(open) {
    this.node.setAttribute("aria-expanded", String(open));
    this.#face.replaceChildren(icon(open ? DOWNWARD : CHAT));
    this.#name();
  }

  get unread() {
    return this.#unread;
  }

  set unread(count) {
    this.#unread = count;
    this.#badge.hidden = count === 0;
    this.#badge.textContent = count > 9 ? "9+" : String(count);
    this.news.textContent = count > 0 ? `${plural(count, "new message")}: ${this.#label}` : "";
    this.#name();
    this.#markTitle();
  }

  #name() {
    this.node.setAttribute("aria-label", this.#unread > 0 ? `${this.#label}, ${plural(this.#unread, "new message")}` : this.#label);
  }

  /** The count stands in the tab's title until it is read, so that a customer who looks elsewhere sees it. */
  #markTitle() {
    const bare = this.#marked && document.title.startsWith(this.#marked) ? document.title.slice(this.#marked.length) : document.title;
    this.#marked = this.#unread > 0 ? `(${this.#unread}) ` : "";
    if (document.title !== this.#marked + bare) document.title = this.#marked + bare;
  }
}
