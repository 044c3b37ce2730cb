/* Everything that is open, and what closed lately: a tree of tunnels and the exchanges in them. */
import { h, useMemo, useRef, useState } from "../dom.js";
import { exact } from "../format.js";
import { t } from "../i18n.js";
import { go, href, setParams } from "../route.js";
import { isChild } from "../sessions.js";
import { store, useStore, useTick } from "../store.js";
import { Table } from "../table.js";
import { SessionView } from "../view.js";
import { askToClose } from "./connections-close.js";
import { COLUMNS, NarrowRow } from "./connections-columns.js";
import { Chips, Filters, Toolbar } from "./connections-tools.js";

export const FIELDS = ["q", "host", "client", "user", "protocol", "state"];
const BUILD_MS = 1000;
const SMALL = 500; // so few can be built for each step
const BUILD_SHARE = 8; // of the time at least so many parts are for other things than building the view

export default function Connections({ params }) {
  const view = useMemo(() => new SessionView(store.sessions), []);
  const [sort, setSort] = useState({ key: "id", desc: true }), [collapsed, setCollapsed] = useState(new Set()), [more, setMore] = useState(false);
  const built = useRef({ at: -Infinity, key: "", collapsed: null });
  useStore(["sessions", "connection"]);
  useTick(1000);
  const filter = Object.fromEntries(FIELDS.filter((name) => params[name]).map((name) => [name, params[name]]));
  rebuild();

  /** What the user does shows at once; what comes from the wire, each second, and more rarely if that takes long. */
  function rebuild() {
    const key = JSON.stringify([filter, sort]), now = performance.now(), last = built.current;
    const isDue = now - last.at > Math.max(BUILD_MS, view.tookMs * BUILD_SHARE) || store.sessions.size < SMALL;
    if (last.key === key && last.collapsed === collapsed && !isDue) return;
    view.update(filter, sort, collapsed, now);
    built.current = { at: now, key, collapsed };
  }

  function change(patch) {
    setParams({ ...filter, ...patch });
  }

  function expand(entry, isExpanded) {
    const next = new Set(collapsed);
    if (isExpanded) next.delete(entry.id);
    else next.add(entry.id);
    setCollapsed(next);
  }

  const isFiltered = FIELDS.some((name) => filter[name]);
  const columns = useMemo(() => COLUMNS(expand, collapsed, view), [collapsed, t("nav.connections")]);
  return h("section.panel.sheet.fill", { "aria-label": t("nav.connections"), "data-test": "connections" },
    h(Toolbar, { filter, change, view, isFiltered, more, setMore, onClose: () => askToClose({ filter: isFiltered ? filter : null, count: view.openMatches }),
      allCollapsed: collapsed.size > 0, onCollapse: () => setCollapsed(collapsed.size ? new Set() : new Set(view.parents)) }),
    more ? h(Filters, { filter, change }) : null,
    h(Chips, { filter, change }),
    h(Table, {
      test: "connections", label: t("nav.connections"), columns, rows: view.rows, rowKey: (entry) => entry.id, sort, onSort: setSort,
      onOpen: (entry) => go("sessions/" + entry.id, entry.closed ? { at: entry.end } : {}),
      rowClass: (entry) => (entry.closed ? "is-closed " : "") + (entry.isMatch ? "" : "is-context"),
      level: (entry) => isChild(entry.row) && store.sessions.get(entry.row.parentId) ? 2 : 1,
      expanded: (entry) => view.parents.has(entry.id) ? !collapsed.has(entry.id) : undefined, onExpand: expand,
      onKey: (event, entry) => (event.key === "Delete" || event.key === "x") && !entry.closed && (askToClose({ entry }), true),
      narrowRow: (entry) => h(NarrowRow, { entry }), narrowHeight: 62,
      busy: store.connection.state === "connecting" && !store.sessions.position,
      empty: isFiltered ? h("span", t("connections.noMatch"), " ", h("a", { href: href("connections") }, t("connections.clear"))) : t("connections.none"),
    }),
    h("footer.table-foot.small", { "data-test": "shown" }, t("connections.shown", { n: view.matched, open: store.sessions.open }),
      h("span.push", t("connections.kept", { closed: exact(store.sessions.closedHeld) }))));
}
