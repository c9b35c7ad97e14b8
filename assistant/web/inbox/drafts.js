/** What somebody has typed for a ticket and not sent, kept for this tab: a reload or a new sign-in loses nothing. */

/** One person's draft for one ticket: {text, verdict, pending}; `pending` is {id, text} of a message on its way. */
export class Draft {
  #key;

  constructor(person, ticketId) {
    this.#key = `handrail reply ${person} ${ticketId}`;
  }

  /** The draft, or null. */
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key));
    } catch {
      return null; // storage is closed to this page, or somebody else wrote there
    }
  }

  /** Keep `draft`; null forgets it. */
  write(draft) {
    try {
      if (draft) sessionStorage.setItem(this.#key, JSON.stringify(draft));
      else sessionStorage.removeItem(this.#key);
    } catch {
      // full or closed: the text still stands in the page
    }
  }
}

/** A new id for a message; made here, so that sending it again attaches to the first. */
export function newMessageId() {
  return `msg_${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
