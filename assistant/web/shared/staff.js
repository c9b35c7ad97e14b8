/** The frame of the pages for human agents and owners: signing in, the bar on top, calls that carry the CSRF token. */

import { ApiError, client } from "./api.js";
import { h } from "./dom.js";

const HINT = "handrail signed in"; // spares a page that nobody has signed in to a call that must fail
const PAGES = [["/inbox", "Inbox"], ["/studio", "Studio"]];
let csrf = "";

/** The client for everything behind the sign-in; mutations carry the CSRF token. */
export const staff = client("", () => (csrf ? { "X-CSRF-Token": csrf } : {}), "same-origin");

/**
 * Show `start(person)` (returns a node) in the page's #main once somebody with one of `roles` has signed in.
 * `person` is {name, role}.
 */
export async function signedIn(roles, start) {
  const person = localStorage.getItem(HINT) ? await whoIsThere() : null;
  if (person) enter(person, roles, start);
  else askToSignIn(roles, start);
}

/** Whether `error` means that the sign-in has run out; then the page starts again with the form. */
export function signedOut(error) {
  if (!(error instanceof ApiError) || error.status !== 401) return false;
  leave();
  return true;
}

async function whoIsThere() {
  try {
    return await staff.get("/v1/me");
  } catch (error) {
    if (error.status === 401) localStorage.removeItem(HINT);
    return null;
  }
}

function enter(person, roles, start) {
  csrf = person.csrf;
  localStorage.setItem(HINT, "yes");
  document.querySelector("#bar").replaceWith(drawBar(person));
  const main = document.querySelector("#main");
  if (roles.includes(person.role)) main.replaceChildren(start(person));
  else main.replaceChildren(h("p", { class: "empty" }, "This page is for the owner. Sign out and sign in with the owner's name to see it."));
}

function drawBar({ name }) {
  return h("header", { class: "bar", id: "bar" },
    h("a", { class: "brand", href: "/inbox" }, h("img", { src: "/assets/shared/mark.svg", alt: "" }), h("span", null, "Handrail")),
    h("nav", { "aria-label": "Pages" }, PAGES.map(([path, label]) =>
      h("a", { href: path, "aria-current": location.pathname.startsWith(path) ? "page" : null }, label))),
    h("div", { class: "who" }, h("span", null, name),
      h("button", { type: "button", class: "button quiet", "data-testid": "sign-out", onclick: signOut }, "Sign out")));
}

async function signOut() {
  await staff.post("/v1/sign-out").catch(() => {}); // without the service there is nothing to sign out of
  leave();
}

function leave() {
  localStorage.removeItem(HINT);
  location.reload();
}

function askToSignIn(roles, start) {
  const error = h("p", { class: "error", role: "alert" });
  const name = h("input", { id: "name", name: "name", autocomplete: "username", autocapitalize: "none", required: true, "data-testid": "sign-in-name" });
  const password = h("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true, "data-testid": "sign-in-password" });
  const submit = h("button", { type: "submit", class: "button primary", "data-testid": "sign-in-submit" }, "Sign in");
  const form = h("form", { class: "card sign-in", "aria-labelledby": "sign-in-title" },
    h("img", { src: "/assets/shared/mark.svg", alt: "" }),
    h("h1", { id: "sign-in-title" }, `Sign in to the ${document.title.split(" · ")[0].toLowerCase()}`),
    h("p", { class: "field" }, h("label", { for: "name" }, "Name"), name),
    h("p", { class: "field" }, h("label", { for: "password" }, "Password"), password),
    error, submit,
    h("p", { class: "muted small" }, "The first names and passwords were printed when the service was started for the first time."));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    error.textContent = "";
    try {
      enter(await staff.post("/v1/sign-in", { name: name.value.trim(), password: password.value }), roles, start);
    } catch (refusal) {
      error.textContent = refusal.message;
      submit.disabled = false;
      password.select();
    }
  });
  document.querySelector("#main").replaceChildren(form);
  name.focus();
}
