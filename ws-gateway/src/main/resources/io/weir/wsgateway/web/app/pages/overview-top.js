/* The hosts, or the clients, that carry the most. */
import { h, useRef, useState } from "../dom.js";
import { bytes, exact, rate, safe } from "../format.js";
import { top } from "../groups.js";
import { t } from "../i18n.js";
import { href } from "../route.js";
import { useStore } from "../store.js";

const LINES = 8;
const EACH_MS = 1000; // grouping 100,000 sessions is quick, but not for each frame

/** @param {{by: "host"|"client"}} props */
export function TopList({ by }) {
  const [order, setOrder] = useState("rate"), kept = useRef({ at: -Infinity, order: "", groups: [] });
  const { sessions } = useStore(["sessions", "traffic"]), now = performance.now();
  if (now - kept.current.at > EACH_MS || kept.current.order !== order) {
    kept.current = { at: now, order, groups: top(sessions, by, order, LINES, now) };
  }
  const groups = kept.current.groups.filter((group) => group.up + group.down > 0 || order === "bytes");
  const most = Math.max(1, ...groups.map((group) => group.up + group.down)), show = order === "rate" ? rate : bytes;
  return h("section.panel.top-list", { "aria-label": t("top." + by), "data-test": "top-" + by },
    h("header.top-head", h("h2", t("top." + by)),
      h("div.segments.small-segments", { role: "group", "aria-label": t("top.order") }, ["rate", "bytes"].map((name) =>
        h("button", { key: name, type: "button", "aria-pressed": String(name === order), "data-test": "top-" + by + "-" + name,
          title: t("top." + name + "Title"), onClick: () => setOrder(name) }, t("top." + name))))),
    groups.length === 0 ? h("p.empty", t(order === "rate" ? "top.quiet" : "top.none")) : h("ol", groups.map((group) =>
      h("li", { key: group.name, "data-test": "top-row", "data-name": group.name },
        h("a", { href: href("connections", { [by]: group.name }), title: safe(group.name) },
          h("span.top-name.clip", safe(group.name) || "–"),
          h("span.top-open.small", t("top.open", { n: group.open })),
          h("span.top-value.num", { title: t("top.title", { down: exact(Math.round(group.down)), up: exact(Math.round(group.up)) }) }, show(group.up + group.down)),
          h("span.bar", { "aria-hidden": "true" },
            h("span.bar-down", { style: { width: group.down / most * 100 + "%" } }),
            h("span.bar-up", { style: { width: group.up / most * 100 + "%" } })))))));
}
