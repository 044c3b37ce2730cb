import { h, useEffect, useRef, useState } from "./dom.js";
import { t } from "./i18n.js";
import { bytes, exact, exactTime, safe } from "./format.js";
import { href } from "./route.js";
import { Body } from "./body.js";
import { kindOf, StatusCode } from "./session-words.js";
import { Waterfall, micros } from "./waterfall.js";

/* One exchange, opened: what it was, where its time went, its bytes at both layers, and its two messages. */

const TABS = ["overview", "request", "response"];
const COVERS = "(max-width: 999px)"; // as in history.css
const REDACTED = "[redacted]";

/**
 * @param {{exchange: any, onClose: () => void, tab: string, onTab: (tab: string) => void}} props
 */
export function ExchangePane({ exchange, onClose, tab, onTab }) {
  const top = useRef(null), pane = useRef(null);
  useEffect(() => { if (matchMedia(COVERS).matches) pane.current.focus(); }, []); // there it covers the list, so that is where we are
  useEffect(() => { if (top.current) top.current.scrollTop = 0; }, [exchange.id, tab]);
  const { request, response } = exchange;
  return h("aside.panel.pane", { ref: pane, tabIndex: -1, "aria-label": t("x.pane"), "data-test": "exchange-pane", "data-id": exchange.id },
    h("header.pane-head",
      h("div.pane-title",
        h(StatusCode, { code: response.statusCode, failed: Boolean(exchange.error), title: safe(response.status) }),
        h("span.method", safe(request.method)),
        h("button.close-pane", { type: "button", "aria-label": t("x.closePane"), title: t("x.closePane") + " (Esc)", "data-test": "pane-close", onClick: onClose }, "×")),
      h("p.pane-url", { "data-test": "pane-url" }, safe(request.url || request.host)),
      exchange.error && h("p.note.note-bad", { "data-test": "pane-error" }, safe(exchange.error)),
      h(Tabs, { tab, onTab, response })),
    h("div.pane-body", { ref: top, role: "tabpanel", id: "pane-panel", "aria-labelledby": "tab-" + tab, tabIndex: -1 },
      tab === "overview" && h(Overview, { exchange }),
      tab === "request" && h(Message, { key: "q" + exchange.id, side: "request", message: request }),
      tab === "response" && h(Message, { key: "p" + exchange.id, side: "response", message: response })));
}

function Tabs({ tab, onTab, response }) {
  const move = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length];
    onTab(next);
    event.currentTarget.querySelector("#tab-" + next).focus();
  };
  return h("div.tabs", { role: "tablist", onKeyDown: move },
    TABS.map((name) => h("button", { key: name, type: "button", role: "tab", id: "tab-" + name, "aria-selected": String(name === tab),
      "aria-controls": "pane-panel", tabIndex: name === tab ? 0 : -1, "data-test": "tab-" + name, onClick: () => onTab(name) },
    t("x.tab." + name), name === "response" && response?.statusCode === 0 && h("span.dim", " –"))));
}

function Overview({ exchange }) {
  const { request, response } = exchange;
  const facts = [
    ["time", exactTime(exchange.time)],
    ["took", exchange.times?.lastByte === undefined ? null : micros(exchange.times.lastByte)],
    ["host", safe(request.host)],
    ["client", safe(exchange.remote)],
    ["kind", kindOf(exchange)],
    ["protocols", exchange.clientProtocol || exchange.originProtocol
      ? [safe(exchange.clientProtocol || "–"), h("span.dim", " ⇄ Weir ⇄ "), safe(exchange.originProtocol || "–")] : null],
    ["origin", exchange.originAddress && safe(exchange.originAddress)],
    ["certificate", exchange.originCertificate && h("code.fingerprint", fingerprint(exchange.originCertificate))],
    ["frames", exchange.framesUp === undefined && exchange.framesDown === undefined ? null
      : "↑ " + exact(exchange.framesUp || 0) + "  ↓ " + exact(exchange.framesDown || 0)],
    ["session", h("a", { href: href("sessions/" + exchange.sessionId, { at: exchange.time }), "data-test": "pane-session" }, String(exchange.sessionId))],
    ["tunnel", exchange.parentId ? h("a", { href: href("sessions/" + exchange.parentId, { at: exchange.time }), "data-test": "pane-tunnel" }, String(exchange.parentId)) : null],
    ["id", String(exchange.id)],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
  return [
    h("dl.facts", { key: "facts" }, facts.map(([name, value]) => h("div", { key: name, "data-test": "fact-" + name }, h("dt", t("x.fact." + name)), h("dd", value)))),
    h("h3", { key: "timing" }, t("x.timing")),
    h(Waterfall, { key: "waterfall", times: exchange.times || {} }),
    h("h3", { key: "sizes" }, t("x.sizes")),
    h(Sizes, { key: "table", exchange, request, response }),
  ];
}

/** SHA-256 in the usual pairs, which break over lines where there is no room. */
function fingerprint(hex) {
  const pairs = String(hex).replace(/[^0-9a-fA-F]/g, "").toUpperCase().match(/.{1,2}/g) || [];
  return pairs.flatMap((pair, i) => [i > 0 ? ":" : "", h("wbr", { key: i }), pair]);
}

function Sizes({ exchange, request, response }) {
  const { messages, wire: sockets } = exchange;
  const hasWire = sockets && Object.values(sockets).some((value) => value > 0);
  const row = (name, up, down) => h("tr", { "data-test": "size-" + name }, h("th", { scope: "row" }, t("x.size." + name)),
    h("td.num.c-up", { title: bytes(up) }, exact(up)), h("td.num.c-down", { title: bytes(down) }, exact(down)));
  return h("table.sizes", { "data-test": "sizes" },
    h("thead", h("tr", h("th", t("x.size.bytes")), h("th.num", { scope: "col" }, t("x.up")), h("th.num", { scope: "col" }, t("x.down")))),
    messages && h("tbody", null,
      h("tr.group", h("th", { colSpan: 3, scope: "rowgroup" }, t("x.size.messages"))),
      row("client", messages.up, messages.down), row("origin", messages.originUp, messages.originDown),
      row("bodies", request.bodySize || 0, response?.bodySize || 0)),
    hasWire && h("tbody", null,
      h("tr.group", h("th", { colSpan: 3, scope: "rowgroup" }, t("x.size.wire"), h("span.dim", " ", t("x.size.shared")))),
      row("wireClient", sockets.up, sockets.down),
      sockets.overheadUp + sockets.overheadDown > 0 && row("wireOverhead", sockets.overheadUp, sockets.overheadDown),
      row("wireOrigin", sockets.originUp, sockets.originDown)));
}

function Message({ side, message }) {
  const [plain, setPlain] = useState(true);
  const fields = Object.entries(message?.header || {});
  if (side === "response" && !message?.statusCode) return h("p.note", t("x.noAnswer"));
  return [
    h("h3.fold", { key: "head" },
      h("button", { type: "button", "aria-expanded": String(plain), "data-test": side + "-headers-fold", onClick: () => setPlain(!plain) },
        t("x.headers"), h("span.dim", " " + exact(fields.reduce((sum, [, values]) => sum + values.length, 0))))),
    plain && h("dl.fields", { key: "fields", "data-test": side + "-headers" },
      fields.map(([name, values]) => h("div", { key: name }, h("dt", safe(name)), h("dd", values.map((value, i) => h("div", { key: i }, marked(value))))))),
    plain && fields.length === 0 && h("p.note", { key: "none" }, t("x.noHeaders")),
    message.fieldsLeftOut > 0 && h("p.note", { key: "left" }, t("x.fieldsLeftOut", { n: message.fieldsLeftOut })),
    h("h3", { key: "body" }, t("x.bodyTitle")),
    h(Body, { key: "b", side, message }),
  ];
}

/** A value in which what Weir replaced before it was journaled stands out. */
function marked(value) {
  const parts = String(value).split(REDACTED);
  return parts.flatMap((part, i) => [i > 0 && h("span.redacted", { title: t("x.redactedTitle"), "data-test": "redacted" }, t("x.redacted")), part && safe(part)]);
}
