/** What a reload must not lose, in sessionStorage: the conversation, its token, the outbox, the open question. */

const EMPTY = { id: null, token: null, outbox: [], asks: null, seen: "0", rated: {}, panelOpen: false };

/** An object whose fields are read from and written to sessionStorage under `key`. */
export function openStore(key) {
  const state = { ...EMPTY, ...load(key) };
  return new Proxy(state, {
    set(target, name, value) {
      target[name] = value;
      save(key, target);
      return true;
    },
  });
}

function load(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {}; // storage is blocked or was written by something else: the tab starts afresh
  }
}

function save(key, state) {
  try {
    sessionStorage.setItem(key, JSON.stringify(state));
  } catch {
    // Without storage the conversation lasts as long as the page.
  }
}
