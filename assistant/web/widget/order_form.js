/** The form that proves who is asking: order number and the e-mail of that order. */

import { h } from "../shared/dom.js";

const MISSING_NUMBER = "Please enter your order number.";
const MISSING_EMAIL = "Please enter the e-mail address you used for the order, such as name@example.com.";

/** `check(number, email)` resolves when they match and throws ApiError otherwise; `askForPerson()` is the way out. */
export function orderForm(check, askForPerson) {
  const number = field("order-number", "Order number", { autocomplete: "off", autocapitalize: "characters", spellcheck: "false", placeholder: "FH-10234", maxlength: "64" });
  const email = field("order-email", "E-mail used for the order", { type: "email", autocomplete: "email", inputmode: "email", maxlength: "254" });
  const error = h("p", { class: "error", id: "order-error", role: "alert" });
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "order-submit" }, "Find my order");
  const form = h("form", { class: "card", novalidate: true, "data-testid": "order-form", "aria-labelledby": "order-title" },
    h("h3", { id: "order-title" }, "Find your order"),
    h("p", { class: "hint" }, "You find both in your order confirmation e-mail."),
    number.node, email.node, error, submit,
    h("button", { type: "button", class: "quiet", onclick: askForPerson }, "I don’t have them: ask a person"));

  const refuse = (text, ...fields) => {
    error.textContent = text;
    for (const { input } of [number, email]) {
      if (fields.some((faulty) => faulty.input === input)) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    fields[0]?.input.focus({ preventScroll: true });
    if (text) error.scrollIntoView({ block: "nearest" });
  };
  const work = (busy) => {
    submit.disabled = busy;
    submit.textContent = busy ? "Looking…" : "Find my order";
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!number.input.value.trim()) return refuse(MISSING_NUMBER, number);
    if (!/^\S+@\S+$/.test(email.input.value.trim())) return refuse(MISSING_EMAIL, email);
    refuse("");
    work(true);
    try {
      await check(number.input.value.trim(), email.input.value.trim());
      form.replaceChildren(h("p", { class: "hint", role: "status" }, "Thank you. Looking up your order…"));
    } catch (refusal) {
      work(false);
      refuse(explain(refusal), ...(refusal.status === 403 || refusal.status === 422 ? [number, email] : []));
    }
    return undefined;
  });
  return form;
}

function field(id, label, attributes) {
  const input = h("input", { id, name: id, "data-testid": id, required: true, "aria-describedby": "order-error", ...attributes });
  return { input, node: h("p", { class: "field" }, h("label", { for: id }, label), input) };
}

function explain({ status, message, retryAfter }) {
  if (status === 403) return message || "We found no order with this number and e-mail. Please check both.";
  if (status === 422) return "This does not look like an order number and an e-mail address. Please check both.";
  if (status === 429) return `That was tried too often. Please try again in ${minutes(retryAfter)}, or ask a person.`;
  if (status === 0) return "You seem to be offline. Please try again when the connection is back.";
  return "We cannot check this right now. Please try again in a moment, or ask a person.";
}

function minutes(seconds) {
  if (!seconds) return "a few minutes";
  return seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
