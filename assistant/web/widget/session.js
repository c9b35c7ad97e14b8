/** One customer's conversation with the service; knows nothing of the page. */

import { ApiError, client } from "../shared/api.js";
import { Outbox } from "./outbox.js";
import { openStore } from "./store.js";
import { readEvents } from "./stream.js";

const LONGEST_PAUSE = 15_000;

/**
 * `hear(kind, body)` receives the service's events (message, stage, sentence, outcome, status, customer) and
 * `delivery` {entry, state, error}, `connection` {up}, `began` {} (a new conversation; what was shown is void).
 */
export class ChatSession {
  #api;
  #hear;
  #identityToken;
  #store;
  #outbox;
  #opening = null;
  #stop = null;

  constructor(base, hear, identityToken) {
    this.#hear = hear;
    this.#identityToken = identityToken;
    this.#store = openStore(`handrail ${base}`);
    this.#api = client(base, () => (this.#store.token ? { Authorization: `Bearer ${this.#store.token}` } : {}), "omit");
    this.#outbox = new Outbox(this.#store, (entry) => this.#deliver(entry),
      (entry, state, error) => hear("delivery", { entry, state, error }));
    addEventListener("offline", () => this.started && hear("connection", { up: false }));
    addEventListener("online", () => this.#stop && this.#follow());
  }

  /** Whether an earlier page of this tab left a conversation to go on with. */
  get started() {
    return this.#store.id !== null;
  }

  /** What the assistant waits for: order_and_email, rephrase or null. */
  get asks() {
    return this.#store.asks;
  }

  /** Whether the panel was open on the page before this one. */
  get panelOpen() {
    return this.#store.panelOpen;
  }

  set panelOpen(open) {
    this.#store.panelOpen = open;
  }

  /** Resume the tab's conversation or begin one, follow it, send what waits. Throws ApiError. */
  open() {
    this.#opening ??= this.#start().catch((error) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  /** Keep `text` and send it. Returns {id, text}. */
  send(text) {
    return this.#outbox.add(text);
  }

  /** The messages that have not reached the service. */
  get unsent() {
    return this.#outbox.entries;
  }

  /** Prove who is asking. Throws ApiError: 403 not matched, 429 too many tries. */
  async identify(orderNumber, email) {
    await this.#api.post(`${this.#path}/identity`, { order_number: orderNumber, email });
    this.#store.asks = null;
  }

  /** Say whether a reply helped, and why not. Throws ApiError. */
  async rate(messageId, helpful, comment) {
    await this.#api.post(`${this.#path}/feedback`, { message_id: messageId, helpful, comment });
    this.#store.rated = { ...this.#store.rated, [messageId]: helpful };
  }

  /** When the team is there: {open, changes_at}, or null where the shop names no hours or cannot be reached. */
  async support() {
    return (await this.#api.get("/v1/shop").catch(() => null))?.support ?? null;
  }

  /** true, false or undefined: what rate() was told about this message. */
  rated(messageId) {
    return this.#store.rated[messageId];
  }

  /** Stop following; open() goes on from there. */
  close() {
    this.#stop?.abort();
    this.#stop = null;
    this.#opening = null;
  }

  get #path() {
    return `/v1/conversations/${this.#store.id}`;
  }

  async #start() {
    if (!(await this.#resume())) await this.#begin();
    void this.#outbox.flush();
  }

  async #resume() {
    if (!this.started) return false;
    try {
      const { messages, status } = await this.#api.get(this.#path);
      for (const message of messages) this.#hear("message", message);
      this.#hear("status", { status });
      if (status === "with_assistant" && messages.at(-1)?.author === "customer") this.#hear("stage", {});
      this.#follow();
      return true;
    } catch (error) {
      if (!isGone(error)) throw error;
      return false;
    }
  }

  async #begin() {
    this.#store.token = null;
    const begun = await this.#create(this.#identityToken());
    Object.assign(this.#store, { id: begun.conversation_id, token: begun.token, asks: null, seen: "0", rated: {} });
    this.#hear("began", {});
    for (const message of begun.messages) this.#hear("message", message);
    this.#follow();
  }

  /** A token that is not accepted must not keep anybody from asking: then the customer is a guest. */
  async #create(identityToken) {
    if (!identityToken) return this.#api.post("/v1/conversations");
    try {
      return await this.#api.post("/v1/conversations", { identity_token: identityToken });
    } catch (error) {
      if (error.status !== 401) throw error;
      console.warn(`handrail-chat: the identity token was not accepted. ${error.message}`);
      return this.#create(null);
    }
  }

  async #deliver(entry) {
    await this.open();
    try {
      await this.#api.post(`${this.#path}/messages`, entry);
    } catch (error) {
      if (!isGone(error)) throw error;
      await this.#begin();
      await this.#api.post(`${this.#path}/messages`, entry);
    }
  }

  /** Goes on after the last event this tab has heard, so nothing that happened during a reload is missed. */
  #follow() {
    this.#stop?.abort();
    this.#stop = new AbortController();
    void this.#listen(this.#stop.signal);
  }

  async #listen(signal) {
    let pause = 500;
    while (!signal.aborted) {
      try {
        const stream = await this.#api.stream(`${this.#path}/events`, { "Last-Event-ID": this.#store.seen }, signal);
        this.#hear("connection", { up: true });
        for await (const event of readEvents(stream)) {
          this.#receive(event);
          pause = 500;
        }
      } catch (error) {
        if (signal.aborted || isGone(error)) return;
        this.#hear("connection", { up: false });
        pause = Math.max(Math.min(pause * 2, LONGEST_PAUSE), (error.retryAfter ?? 0) * 1000);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  #receive({ id, event, data }) {
    if (id) this.#store.seen = id;
    const body = JSON.parse(data);
    if (event === "outcome") this.#store.asks = body.asks ?? null;
    if (event === "customer" && body.verified_by !== "nobody") this.#store.asks = null;
    this.#hear(event, body);
  }
}

const isGone = (error) => error instanceof ApiError && [401, 403, 404].includes(error.status);
