/* Requests to /api, with the cookie. An answer that is not 2xx becomes an ApiError with the server's own words. */
import { store } from "./store.js";

export class ApiError extends Error {
  /** @param {number} status 0 when there was no answer at all */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * GET /api/…; parameters that are null, undefined or "" are left out.
 *
 * @param {string} path such as "/api/sessions"
 * @param {object} [params]
 * @param {{signal?: AbortSignal}} [options]
 */
export function get(path, params, options) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params || {})) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  return request(query.size ? path + "?" + query : path, { signal: options?.signal });
}

/** POST with a JSON body: the only way in which this page commands anything. */
export function post(path, body) {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "error", ...options });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new ApiError(0, String(e.message));
  }
  const text = await response.text();
  let answer = null;
  try { answer = JSON.parse(text); } catch (e) { /* an error may come as plain text */ }
  if (response.status === 401 || response.status === 429) store.askForToken(response.status);
  if (!response.ok) throw new ApiError(response.status, answer?.error || text.trim().slice(0, 300) || response.statusText);
  return answer;
}

/** Whether an exception only says that we aborted the request ourselves. */
export const isAbort = (e) => e?.name === "AbortError";
