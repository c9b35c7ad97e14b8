/** One way to call the service: JSON in, JSON out, every failure an ApiError. */

import { sentence } from "./format.js";

/** A call that failed. `status` 0: the service was not reached. `retryAfter`: seconds, or null. */
export class ApiError extends Error {
  constructor(status, detail, retryAfter = null) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may succeed later, unchanged. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * A client for the service at `base`. `headers()` is asked before every call; `credentials` as in fetch.
 * Its get, post and stream throw ApiError; stream resolves to a Response whose body has not been read.
 */
export function client(base, headers, credentials) {
  const call = async (method, path, body, extra = {}, signal = undefined) => {
    const sent = { ...headers(), ...extra };
    if (body !== undefined) sent["Content-Type"] = "application/json";
    const reply = await reach(`${base}${path}`, {
      method, credentials, signal, headers: sent, body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!reply.ok) throw await failure(reply);
    return reply;
  };
  const read = async (reply) => (reply.status === 204 ? null : reply.json());
  return {
    get: async (path) => read(await call("GET", path)),
    post: async (path, body = {}) => read(await call("POST", path, body)),
    stream: (path, extra, signal) => call("GET", path, undefined, { Accept: "text/event-stream", ...extra }, signal),
  };
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "The service cannot be reached. Check the connection and try again.");
  }
}

async function failure(reply) {
  const problem = await reply.json().catch(() => ({}));
  const detail = typeof problem.detail === "string" ? problem.detail : problem.title;
  const wait = Number.parseInt(reply.headers.get("Retry-After"), 10);
  return new ApiError(reply.status, sentence(detail) || `The service answered with status ${reply.status}.`, Number.isNaN(wait) ? null : wait);
}
