/** The customer's messages on their way: kept until the service has them, sent one after another. */

const FIRST_WAIT = 1;
const LONGEST_WAIT = 30;

/**
 * Sends what `store.outbox` holds, oldest first.
 *
 * `post(entry)` delivers {id, text}. `report(entry, state, detail)` hears `sending`, `waiting` (it will be sent again),
 * `sent` and `refused` (it will not). Ids are made here, so sending again is harmless.
 */
export class Outbox {
  #store;
  #post;
  #report;
  #running = false;
  #wake = () => {};

  constructor(store, post, report) {
    this.#store = store;
    this.#post = post;
    this.#report = report;
    addEventListener("online", () => this.#wake());
  }

  get entries() {
    return this.#store.outbox;
  }

  /** Keep `text` and send it as soon as possible. Returns the entry. */
  add(text) {
    const entry = { id: newId(), text };
    this.#store.outbox = [...this.entries, entry];
    void this.flush();
    return entry;
  }

  /** Send all that waits; does nothing while that is already under way. */
  async flush() {
    if (this.#running) return;
    this.#running = true;
    let wait = FIRST_WAIT;
    while (this.entries.length > 0) {
      const pause = await this.#sendFirst(wait);
      wait = pause === 0 ? FIRST_WAIT : Math.min(wait * 2, LONGEST_WAIT);
      if (pause > 0) await this.#sleep(pause);
    }
    this.#running = false;
  }

  /** Returns the seconds to wait before the next attempt; 0 when the first entry is dealt with. */
  async #sendFirst(wait) {
    const [entry] = this.entries;
    this.#report(entry, "sending");
    try {
      await this.#post(entry);
    } catch (error) {
      if (error.passing) {
        this.#report(entry, "waiting", error);
        return error.retryAfter ?? wait;
      }
      this.#drop(entry);
      this.#report(entry, "refused", error);
      return 0;
    }
    this.#drop(entry);
    this.#report(entry, "sent");
    return 0;
  }

  #drop(entry) {
    this.#store.outbox = this.entries.filter((other) => other.id !== entry.id);
  }

  #sleep(seconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, seconds * 1000);
    });
  }
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // randomUUID exists only on https and localhost.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
