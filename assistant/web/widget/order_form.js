/** The form that proves who is asking: order number and the e-mail of that order. */

import { h } from "../shared/dom.js";

/** `check(number, email)` resolves when they match and throws ApiError otherwise. */
export function orderForm(check) {
  const number = field("order-number", "Order number", { autocomplete: "off", autocapitalize: "characters", placeholder: "FH-10234" });
  const email = field("order-email", "E-mail used for the order", { type: "email", autocomplete: "email", inputmode: "email" });
  const error = h("p", { class: "error", id: "order-error", role: "alert" });
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "order-submit" }, "Find my order");
  const form = h("form", { class: "card", novalidate: true, "data-testid": "order-form", "aria-labelledby": "order-title" },
    h("h3", { id: "order-title" }, "Find your order"),
    h("p", { class: "hint" }, "Both stand in your order confirmation e-mail."),
    number.node, email.node, error, submit);

  const refuse = (text) => {
    error.textContent = text;
    submit.scrollIntoView({ block: "nearest" });
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const complaint = missing(number.input, email.input);
    refuse(complaint);
    if (complaint) return;
    submit.disabled = true;
    submit.textContent = "Looking…";
    try {
      await check(number.input.value.trim(), email.input.value.trim());
      form.replaceChildren(h("p", { class: "hint", role: "status" }, "Thank you. Looking up your order…"));
    } catch (refusal) {
      refuse(explain(refusal));
      submit.disabled = false;
      submit.textContent = "Find my order";
      number.input.focus({ preventScroll: true });
    }
  });
  return form;
}

function field(id, label, attributes) {
  const input = h("input", { id, name: id, "data-testid": id, required: true, "aria-describedby": "order-error", ...attributes });
  return { input, node: h("p", { class: "field" }, h("label", { for: id }, label), input) };
}

function missing(number, email) {
  if (!number.value.trim()) return "Please enter your order number.";
  return email.value.includes("@") ? "" : "Please enter the e-mail address you used for the order.";
}

function explain({ status, message }) {
  if (status === 403) return message || "We found no order with this number and e-mail. Please check both.";
  if (status === 429) return "That was tried too often. Please wait a few minutes, or ask for a person.";
  return "We cannot check this right now. Please try again in a moment.";
}
