import { h, useEffect, useReducer, useRef, useState } from "../dom.js";
import { t } from "../i18n.js";
import { get, isAbort } from "../api.js";
import { bytes, clockMillis, exact, exactTime, safe, shortTime } from "../format.js";
import { now } from "../now.js";
import { setParams } from "../route.js";
import { listen, store, subscribe, useStore, useTopics } from "../store.js";
import { Table } from "../table.js";
import { FilterPanel, SelectFilter, TextFilter } from "../filters.js";
import { ExchangePane } from "../exchange.js";
import { ExchangeList, failed, historyQuery } from "../exchange-list.js";
import { micros } from "../waterfall.js";
import { Destination, pathOf, StatusCode } from "../session-words.js";

/*
 * The exchanges, live and out of the journal, and one of them opened beside the list. Who scrolls down, or pauses, sees the list
 * stand still; what comes meanwhile is counted and shown on request.
 */

const PAGE = 100, WAIT_FOR_LIVE_MS = 600;
const NAMES = ["q", "host", "method", "status", "session", "errors"];
const MOVES = ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

const list = new ExchangeList(); // outlives the page, so that coming back finds it as it was

const filterOf = (params) => Object.fromEntries(NAMES.map((name) => [name, params[name] || ""]));

/** Feeds the list while the page is shown. @returns how to have older ones, and what became of that */
function useExchanges(filter) {
  const [, again] = useReducer((n) => n + 1, 0);
  const state = useRef({ busy: false, error: null, abort: null, filter }).current;
  state.filter = filter;

  async function older() {
    if (state.busy || list.ended) return;
    const abort = state.abort = new AbortController();
    Object.assign(state, { busy: true, error: null });
    again();
    try {
      const before = list.before;
      const answer = await get("/api/exchanges", { state: "history", limit: PAGE, ...historyQuery(state.filter), before }, { signal: abort.signal });
      if (before === list.before) list.addOlder(answer.data, answer.next); // else the list began anew meanwhile
    } catch (error) {
      if (isAbort(error)) return;
      state.error = error;
    }
    state.busy = false;
    again();
  }

  useTopics("mitm_detail");
  useEffect(() => {
    list.resubscribed();
    const stops = [
      listen("mitm_exchange_batch", (message) => {
        list.add(message.data, message.missed > 0 || message.skipped > 0);
        again();
      }),
      subscribe("connection", () => { if (store.connection.state !== "live") list.resubscribed(); }),
    ];
    return () => stops.forEach((stop) => stop());
  }, []);
  useEffect(() => {
    list.forgetOlder();
    // a node that has just started has none to send, and what a link asks for may be long past
    const timer = setTimeout(() => { if (list.matching(state.filter).length === 0) older(); }, WAIT_FOR_LIVE_MS);
    return () => {
      clearTimeout(timer);
      state.abort?.abort();
      state.busy = false;
      state.error = null;
    };
  }, [JSON.stringify(historyQuery(filter))]);
  return { older, busy: state.busy, error: state.error };
}

/** The exchange with that id: of the list, or asked for. */
function useSelected(id) {
  const [fetched, setFetched] = useState(null), number = Number(id), held = list.find(number);
  const kept = useRef(null);
  if (held) kept.current = held; // the list may let go of it while it is looked at
  useEffect(() => {
    if (!id || held || kept.current?.id === number) return undefined;
    const abort = new AbortController();
    get("/api/exchanges", { state: "history", before: number + 1, limit: 1 }, { signal: abort.signal }).then(
      (answer) => setFetched(answer.data[0]?.id === number ? answer.data[0] : { id: number, isGone: true }),
      (error) => { if (!isAbort(error)) setFetched({ id: number, isGone: true }); });
    return () => abort.abort();
  }, [id]);
  if (!id) return null;
  return held || [kept.current, fetched].find((exchange) => exchange?.id === number) || { id: number, isLoading: true };
}

/** @param {{params: Record<string, string>}} props */
export default function Exchanges({ params }) {
  const filter = filterOf(params), isFiltered = NAMES.some((name) => filter[name]);
  const { older, busy, error } = useExchanges(filter);
  const selected = useSelected(params.id);
  const [tab, setTab] = useState("overview");
  const [isPaused, setPaused] = useState(false), [heldAt, holdAt] = useState(0), frame = useRef(null);

  const matching = list.matching(filter);
  const rows = heldAt ? matching.filter((exchange) => exchange.id <= heldAt) : matching;
  const waiting = matching.length - rows.length, newest = list.live[0]?.id ?? 0;
  const grid = () => frame.current?.querySelector("[data-test=exchanges-grid]");
  const change = (changes) => setParams({ ...params, ...changes });
  const open = (exchange) => change({ id: exchange.id });
  const close = () => {
    change({ id: "" });
    grid()?.focus();
  };
  const follow = (event) => { // the table has moved its mark; what is open moves with it
    if (!params.id || event.target !== grid() || !MOVES.includes(event.key)) return;
    requestAnimationFrame(() => {
      const marked = Number(grid()?.querySelector("[data-active=true]")?.dataset.key);
      if (marked && marked !== selected.id) change({ id: marked });
    });
  };
  const onScroll = (event) => {
    if (isPaused || event.target !== grid()) return;
    const isDown = event.target.scrollTop > 40;
    if (isDown !== heldAt > 0) holdAt(isDown ? newest : 0);
  };
  const pause = () => {
    setPaused(!isPaused);
    holdAt(isPaused ? 0 : newest);
    if (isPaused) toTop();
  };
  const toTop = () => { grid().scrollTop = 0; };
  const showWaiting = () => {
    holdAt(isPaused ? newest : 0);
    toTop();
  };
  useEffect(() => { holdAt(isPaused ? newest : 0); }, [JSON.stringify(filter)]);
  useEffect(() => {
    if (!params.id) return undefined;
    const onKey = (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.target.closest?.("dialog, input, select")) return;
      close();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [params.id]);

  return h("div.exchanges", { ref: frame, onScrollCapture: onScroll, onKeyDown: follow, "data-open": selected ? "true" : null },
    h("section.panel.sheet.fill.exchange-list", { "aria-label": t("x.title"), "data-test": "exchanges-page" },
      h("div.tools", h("h1", t("x.title")), h("p.small", { "data-test": "exchanges-count", role: "status" }, t(list.ended ? "x.count" : "x.countMore", { n: rows.length })),
        waiting > 0 ? h("button.chip-button", { type: "button", "data-test": "exchanges-waiting", onClick: showWaiting }, "↑ ", t("x.waiting", { n: waiting })) : null,
        h("button.push", { type: "button", "aria-pressed": String(isPaused), "data-test": "exchanges-pause", onClick: pause }, isPaused ? t("x.resume") : t("x.pause"))),
      h(Filters, { filter, change, isFiltered }),
      h(Table, {
        test: "exchanges", label: t("x.title"), columns: columns(), rows, rowKey: (exchange) => exchange.id, narrowRow, narrowHeight: 62, selected: selected?.id, question: JSON.stringify(filter),
        rowClass: (exchange) => failed(exchange) ? "is-failed" : "", onOpen: open,
        onEnd: () => { if (!error) older(); }, busy: busy && rows.length === 0, empty: h(Empty, { isFiltered, error }),
        footer: h(Foot, { error, busy, isEmpty: rows.length === 0, older }),
      })),
    selected ? selected.isGone || selected.isLoading
      ? h("aside.panel.pane", { "data-test": "exchange-gone" }, h("header.pane-head", h("div.pane-title", h("p.note", selected.isGone ? t("x.gone") : t("x.loading")),
        h("button.plain.close-pane", { type: "button", "aria-label": t("x.closePane"), "data-test": "pane-close", onClick: close }, "×"))))
      : h(ExchangePane, { exchange: selected, onClose: close, tab, onTab: setTab }) : null);
}

function Filters({ filter, change, isFiltered }) {
  const field = (name, extra) => h(TextFilter, { key: name, label: t("x." + name), value: filter[name], test: "exchanges-" + name, onChange: (value) => change({ [name]: value }), ...extra });
  const own = (known, value) => value && !known.includes(value) ? [[value, value]] : []; // a link may ask for what is not in the list
  return h(FilterPanel, { test: "exchanges-filters", set: NAMES.filter((name) => name !== "q" && filter[name]).length }, (toggle) => h("div.query-line",
    field("q", { search: true, hint: t("x.q.hint"), class: "query-wide" }), toggle, field("host", { class: "query-extra" }),
    h(SelectFilter, { label: t("x.method"), value: filter.method, test: "exchanges-method", onChange: (value) => change({ method: value }),
      options: [["", t("x.any")], ...METHODS.map((name) => [name, name]), ...own(METHODS, filter.method)] }),
    h(SelectFilter, { label: t("x.status"), value: filter.status, test: "exchanges-status", onChange: (value) => change({ status: value }),
      options: [["", t("x.any")], ...["2", "3", "4", "5", "1"].map((digit) => [digit, digit + "xx"]), ...own(["1", "2", "3", "4", "5"], filter.status)] }),
    field("session", { inputMode: "numeric", class: "query-short query-extra" }),
    h("label.query-field.query-check.query-extra", h("input", { type: "checkbox", checked: filter.errors !== "", "data-test": "exchanges-errors", onChange: (event) => change({ errors: event.target.checked ? "1" : "" }) }), h("span", t("x.errors"))),
    isFiltered ? h("button.plain", { type: "button", "data-test": "exchanges-clear", onClick: () => change(Object.fromEntries(NAMES.map((name) => [name, ""]))) }, t("x.clear")) : null));
}

function Empty({ isFiltered, error }) {
  const { build } = useStore("build");
  if (error) return " ";
  if (isFiltered) return h("p", t("x.emptyFilter"));
  return [h("p", { key: "none" }, t("x.empty")), h("p.small", { key: "why" }, build && !build.intercepting ? t("x.empty.off") : t("x.empty.text"))];
}

function Foot({ error, busy, isEmpty, older }) {
  if (error) {
    return h("div.list-foot", { role: "alert", "data-test": "exchanges-error" }, h("p.note.note-bad", error.status === 503 ? t("x.slow") : error.status === 0 ? t("h.offline") : t("x.error") + " " + safe(error.message)),
      h("button", { type: "button", "data-test": "exchanges-again", onClick: older }, t("h.again")));
  }
  return h("div.list-foot", busy ? h("span.small", { role: "status" }, t("x.loading"))
    : list.ended ? isEmpty ? null : h("span.small", { "data-test": "exchanges-end" }, t("x.end"))
      : h("button", { type: "button", "data-test": "exchanges-older", onClick: older }, isEmpty ? t("x.lookFurther") : t("x.older")));
}

const protocols = ({ clientProtocol, originProtocol, protocol }) => [clientProtocol, originProtocol].filter(Boolean).map((name) => safe(name).replace("HTTP/", "h")).join(" → ") || safe(protocol);

const took = (exchange) => exchange.times?.lastByte === undefined ? exchange.duration + " ms" : micros(exchange.times.lastByte);

const columns = () => [
  { key: "time", title: t("x.col.time"), width: "122px", class: "c-dim", cell: (x) => h("span", { title: exactTime(x.time) }, new Date(x.time).toDateString() === new Date(now()).toDateString() ? clockMillis(x.time) : shortTime(x.time)) },
  { key: "method", title: t("x.col.method"), width: "70px", minWidth: 560, cell: (x) => h("span.method", safe(x.request.method)) },
  { key: "status", title: t("x.col.status"), width: "56px", cell: (x) => h(StatusCode, { code: x.response.statusCode, failed: Boolean(x.error), title: safe(x.error || x.response.status) }) },
  { key: "host", title: t("x.col.host"), width: "minmax(110px, 1.2fr)", class: "host", cell: (x) => h("span", { title: safe(x.request.host) }, safe(x.request.host)) },
  { key: "path", title: t("x.col.path"), width: "minmax(110px, 1.5fr)", class: "path", cell: (x) => h("span", { title: safe(x.request.url) }, safe(pathOf(x.request))) },
  { key: "took", title: t("x.col.took"), width: "76px", num: true, minWidth: 660, class: "c-dim", cell: took },
  { key: "up", title: t("x.col.up"), width: "74px", num: true, minWidth: 850, class: "c-up", cell: (x) => h("span", { title: exact(x.request.sumSize) }, bytes(x.request.sumSize)) },
  { key: "down", title: t("x.col.down"), width: "74px", num: true, minWidth: 800, class: "c-down", cell: (x) => h("span", { title: exact(x.response.sumSize) }, bytes(x.response.sumSize)) },
  { key: "protocols", title: t("x.col.protocols"), width: "100px", minWidth: 1060, class: "c-dim", cell: protocols },
];

function narrowRow(x) {
  return [h("div.two-line", { key: "1" }, h(StatusCode, { code: x.response.statusCode, failed: Boolean(x.error) }), h(Destination, { row: x.request })),
    h("div.two-line.small", { key: "2" }, h("span", clockMillis(x.time).slice(0, 8)), h("span", took(x)), h("span.narrow-end.c-up", "↑ " + bytes(x.request.sumSize)), h("span.c-down", "↓ " + bytes(x.response.sumSize)))];
}
