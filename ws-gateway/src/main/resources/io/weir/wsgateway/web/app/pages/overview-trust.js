/* The trust line: whether the books balance, and up to where they are safe. */
import { h } from "../dom.js";
import { clock, exact, exactTime } from "../format.js";
import { t } from "../i18n.js";
import { useStore } from "../store.js";

/** "unknown", "good", "warn" or "bad", and the words for it. */
function verdict(traffic, connection) {
  if (!traffic) return ["unknown", "waiting"];
  if (traffic.violations > 0) return ["bad", "unbalanced"];
  if (traffic.journal === "failed") return ["bad", "failed"];
  if (traffic.stale) return ["warn", "silent"];
  if (traffic.journal !== "ok") return ["warn", "degraded"];
  return connection.state === "live" ? ["good", "good"] : ["unknown", "old"];
}

export function TrustLine() {
  const { traffic, seq, connection } = useStore(["traffic", "connection"]);
  const [state, words] = verdict(traffic, connection), unaccounted = traffic?.unaccounted ?? (traffic?.violations === 0 ? 0 : undefined);
  const item = (name, value, title, bad) => h("li", { key: name, title }, t("trust." + name), " ",
    h("b", { class: bad ? "bad" : "", "data-test": "trust-" + name }, value));
  return h("section.panel.trust", { "data-state": state, "aria-label": t("trust.label"), "data-test": "trust" },
    h("svg.seal", { viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: "M12 2l8 3v6c0 5-3.4 9.3-8 11-4.6-1.7-8-6-8-11V5z" }),
      state === "good" ? h("path", { d: "M8 12l3 3 5-6" }) : null),
    h("p.verdict", { "data-test": "verdict" }, t("trust." + words)),
    h("ul",
      item("sequence", traffic ? exact(seq) : "–"),
      item("synced", traffic ? exact(traffic.syncedSequence) : "–", t("trust.syncedTitle")),
      traffic?.syncedTime ? item("syncedTime", clock(traffic.syncedTime), exactTime(traffic.syncedTime)) : null,
      item("unaccounted", unaccounted === undefined ? "–" : exact(unaccounted), t("trust.unaccountedTitle"), unaccounted > 0),
      item("violations", traffic ? exact(traffic.violations) : "–", t("trust.violationsTitle"), traffic?.violations > 0)));
}
