/** A question in a dialog of the page: the focus stays in it, Escape takes it back, and the focus returns. */

import { h } from "../shared/dom.js";

/** Ask under `title`, with `content` (nodes, fields of a form); the FormData when `action` was chosen, else null. */
export function ask(title, content, action) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog" },
      h("h2", { id: "ask-title" }, title), content,
      h("div", { class: "actions" },
        h("button", { type: "submit", value: "yes", class: "button primary", "data-testid": "confirm" }, action),
        h("button", { type: "submit", value: "", formnovalidate: true, class: "button", "data-testid": "cancel" }, "Cancel")));
    const dialog = h("dialog", { class: "ask", "aria-labelledby": "ask-title" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? new FormData(form) : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
