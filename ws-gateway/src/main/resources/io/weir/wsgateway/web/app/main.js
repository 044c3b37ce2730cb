/* Starts the page: the socket, the frame, and in it the page of the route, which is loaded when it is first wanted. */
import { h, render, useEffect, useReducer, useState } from "./dom.js";
import { onLanguage, t } from "./i18n.js";
import { route, useRoute } from "./route.js";
import { Shell } from "./shell.js";
import { start } from "./socket.js";
import { store, subscribe } from "./store.js";

const MODULES = {
  overview: () => import("./pages/overview.js"),
  connections: () => import("./pages/connections.js"),
  sessions: () => import("./pages/session.js"),
  history: () => import("./pages/history.js"),
  exchanges: () => import("./pages/exchanges.js"),
  rules: () => import("./pages/rules.js"),
  usage: () => import("./pages/usage.js"),
  logs: () => import("./pages/logs.js"),
};
const loaded = new Map();
const FOLLOWING = ["overview", "connections", "rules", "usage", "logs"]; // the others ask once, and anew when a replay is sent to another time

function App() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => onLanguage(again), []);
  return h(Shell, h(Page));
}

/** Each page module exports its component as default; it gets the route. */
function Page() {
  const { page, id, params } = useRoute();
  const [failure, setFailure] = useState(null), [, again] = useReducer((n) => n + 1, 0);
  const [seeks, setSeeks] = useState(0);
  useEffect(() => subscribe("replay", () => setSeeks(store.replay.seeks)), []);
  const known = MODULES[page];
  useEffect(() => {
    setFailure(null);
    if (known && !loaded.has(page)) {
      known().then((module) => { loaded.set(page, module.default); again(); }, (e) => setFailure({ page, text: String(e) }));
    }
    document.title = titleOf(page, id);
    scrollTo(0, 0);
  }, [page, id]);
  useEffect(() => onLanguage(() => { document.title = titleOf(route().page, route().id); }), []);
  if (!known) return h("section.panel.empty", { "data-test": "no-page" }, t("noPage"));
  if (failure?.page === page) return h("section.panel.empty", { "data-test": "page-failed" }, t("pageFailed"), " ", failure.text);
  const component = loaded.get(page);
  return component ? h(component, { key: page + "/" + id + (FOLLOWING.includes(page) ? "" : "/" + seeks), id, params }) : h("section.panel.empty", { "data-test": "loading" }, t("loading"));
}

function titleOf(page, id) {
  const name = MODULES[page] ? t("nav." + page) + (id ? " " + id : "") : t("noPage");
  return name + " · Weir";
}

start();
render(h(App), document.getElementById("app"));
