/** "Did this help?" under a reply: a thumb, and after "not helpful" room for a word. */

import { h, icon } from "../shared/dom.js";
import { DOWN, UP } from "../shared/icons.js";

const LONGEST = 2000; // characters, as the service takes them

/**
 * `rating`: given (true, false, undefined), give(helpful, comment) resolves when it is stored, askForPerson().
 */
export function drawRating(rating) {
  const box = h("div", { class: "rating" });
  if (rating.given === undefined) box.append(...thumbs(box, rating));
  else box.append(thanks(rating.given));
  return box;
}

function thumbs(box, rating) {
  const error = h("p", { class: "error", role: "alert" });
  const button = (helpful, label, path) => h("button", {
    type: "button", "aria-label": label, title: label, "data-testid": helpful ? "helpful" : "not-helpful", onclick: () => tell(helpful),
  }, icon(path));
  const tell = async (helpful) => {
    error.textContent = "";
    try {
      await rating.give(helpful, "");
    } catch {
      error.textContent = "That did not reach us. Please try again.";
      return;
    }
    if (helpful) say(box, thanks(true));
    else askWhy(box, rating);
  };
  return [h("div", { class: "thumbs", role: "group", "aria-label": "Did this help?" },
    h("span", { "aria-hidden": "true" }, "Did this help?"), button(true, "Helpful", UP), button(false, "Not helpful", DOWN)), error];
}

function askWhy(box, rating) {
  const error = h("p", { class: "error", role: "alert" });
  const comment = h("textarea", { rows: "2", maxlength: LONGEST, "data-testid": "rating-comment" });
  const form = h("form", { class: "why", "data-testid": "rating-form" },
    h("label", null, h("span", null, "What was missing? (optional)"), comment), error,
    h("div", { class: "row" },
      h("button", { type: "submit", class: "quiet" }, "Send"),
      h("button", { type: "button", class: "quiet", onclick: () => { say(box, thanks(false)); rating.askForPerson(); } }, "Talk to a person")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if (comment.value.trim()) await rating.give(false, comment.value.trim());
      say(box, thanks(false));
    } catch {
      error.textContent = "That did not reach us. Please try again.";
    }
  });
  box.replaceChildren(form);
  comment.focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}

function thanks(helpful) {
  return h("p", { tabindex: "-1" }, helpful ? "Thanks, glad that helped." : "Thanks for telling us. You can ask for a person at any time.");
}

/** The button that was pressed goes away; the focus stays where the customer was. */
function say(box, words) {
  box.replaceChildren(words);
  words.focus({ preventScroll: true });
}
