/* Where we are: "#/sessions/42?at=5" is { page: "sessions", id: "42", params: { at: "5" } }. */
import { useEffect, useReducer } from "./dom.js";

let current = parsed();
const listeners = new Set();

function parsed() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, id] = path.split("/");
  return { page: page || "overview", id: id || "", params: Object.fromEntries(new URLSearchParams(query || "")) };
}

addEventListener("hashchange", () => {
  current = parsed();
  listeners.forEach((listener) => listener());
});

/** @returns {{page: string, id: string, params: Record<string, string>}} */
export const route = () => current;

/** "#/connections?host=example.com": for links. Parameters that are empty are left out. */
export function href(path, params) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params || {})) {
    if (value !== "" && value !== null && value !== undefined) query.set(name, String(value));
  }
  return "#/" + path + (query.size ? "?" + query : "");
}

/** Goes there, so that the browser's back button comes back. */
export function go(path, params) {
  location.hash = href(path, params);
}

/** Changes the parameters of the page in place: filters belong to the address, but each letter is no step of the history. */
export function setParams(params) {
  history.replaceState(null, "", href(current.page + (current.id ? "/" + current.id : ""), params));
  current = parsed();
  listeners.forEach((listener) => listener());
}

/** The route; the component renders again when it changes. */
export function useRoute() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    listeners.add(again);
    return () => listeners.delete(again);
  }, []);
  return current;
}
