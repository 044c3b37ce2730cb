/* Above the table of connections: search, states, filters, and what can be done with what they leave. */
import { h } from "../dom.js";
import { csv, download, fileName, jsonLines, SESSION_COLUMNS } from "../csv.js";
import { exact, safe } from "../format.js";
import { t } from "../i18n.js";
import { isReplay, store } from "../store.js";
import { FILTER_KINDS, filterKindOf } from "../session-words.js";

const STATES = ["", "open", "closed"];
const SHOWN_AS_CHIPS = ["host", "client", "user", "protocol"];

export function Toolbar({ filter, change, view, isNarrowed, more, setMore, onClose, allCollapsed, onCollapse }) {
  const { sessions } = store, counts = { "": sessions.size, open: sessions.open, closed: sessions.closedHeld };
  return h("div.tools",
    h("h1", t("nav.connections")),
    h("div.segments", { role: "group", "aria-label": t("connections.state") }, STATES.map((state) =>
      h("button", { key: state, type: "button", "aria-pressed": String((filter.state || "") === state), "data-test": "state-" + (state || "all"), onClick: () => change({ state }) },
        t("connections.state." + (state || "all")), " ", h("span.count", exact(counts[state]))))),
    h("input.search", {
      type: "search", value: filter.q || "", "data-search": "", "data-test": "search", spellcheck: false, autocomplete: "off",
      placeholder: t("connections.search"), "aria-label": t("connections.search"), onInput: (event) => change({ q: event.target.value }),
    }),
    h("button", { type: "button", "aria-expanded": String(more), "aria-pressed": String(more), "data-test": "filters", onClick: () => setMore(!more) }, t("connections.filters")),
    view.parents.size || allCollapsed ? h("button.quiet.wide-only", { type: "button", "data-test": "collapse", onClick: onCollapse }, t(allCollapsed ? "tree.expandAll" : "tree.collapseAll")) : null,
    h("span.push.tool-group",
      h("button.quiet.wide-only", { type: "button", "data-test": "export-csv", title: t("export.title"), onClick: () => save("csv", view) }, t("export.csv")),
      h("button.quiet.wide-only", { type: "button", "data-test": "export-json", title: t("export.title"), onClick: () => save("jsonl", view) }, t("export.json")),
      isReplay() ? null : h("button.warn-button", { type: "button", disabled: view.openMatches === 0 || store.connection.state !== "live", "data-test": isNarrowed ? "close-filtered" : "close-all", onClick: onClose },
        t(isNarrowed ? "close.buttonFiltered" : "close.buttonAll", { n: view.openMatches }))));
}

function save(ending, view) {
  const rows = view.rows.filter((entry) => entry.isMatch).map((entry) => entry.row);
  download(fileName("connections", ending), ending === "csv" ? "text/csv" : "application/x-ndjson", ending === "csv" ? csv(SESSION_COLUMNS, rows) : jsonLines(rows));
}

export function Filters({ filter, change }) {
  const field = (name) => h("label.field", { key: name }, h("span", t("filter." + name)), h("input", {
    type: "text", value: filter[name] || "", spellcheck: false, autocomplete: "off", "data-test": "filter-" + name, onInput: (event) => change({ [name]: event.target.value }),
  }));
  return h("div.filters", { "data-test": "filter-fields" }, field("host"), field("client"), field("user"),
    h("label.field", h("span", t("filter.protocol")), h("select", { value: filter.protocol || "", "data-test": "filter-protocol", onChange: (event) => change({ protocol: event.target.value }) },
      h("option", { value: "" }, t("all")), FILTER_KINDS.map((name) => h("option", { key: name, value: name }, filterKindOf(name))))));
}

export function Chips({ filter, change }) {
  const names = SHOWN_AS_CHIPS.filter((name) => filter[name]);
  return names.length === 0 ? null : h("div.chips", { "data-test": "chips" }, names.map((name) =>
    h("span.chip", { key: name, "data-test": "chip-" + name }, h("span.clip", t("filter." + name), ": ", h("b", name === "protocol" ? filterKindOf(filter[name]) : safe(filter[name]))),
      h("button", { type: "button", "aria-label": t("filter.remove", { name: t("filter." + name) }), onClick: () => change({ [name]: "" }) }, "×"))));
}
