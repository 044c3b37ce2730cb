import { h } from "./dom.js";
import { safe } from "./format.js";
import { has, t } from "./i18n.js";

/* Words for what a row of a session says in codes; a code of a later version is shown as it is. */

/** @param {{protocol: string}} row */
export const kindOf = (row) => has("kind." + row.protocol) ? t("kind." + row.protocol) : safe(row.protocol);

/** A choice of the filter of kinds: with an intercepted tunnel it takes in what is within. @param {string} protocol as the gateway filters by it */
export const filterKindOf = (protocol) => has("filter.kind." + protocol) ? t("filter.kind." + protocol) : kindOf({ protocol });

/** Those that the gateway filters by. */
export const FILTER_KINDS = ["HTTP", "HTTPS-Tunnel", "HTTPS-MITM", "HTTP-MITM"];

/** Where it went; of a request that was refused, that may not be known. @param {{host: string}} row */
export const hostOf = (row) => row.host ? safe(row.host) : h("span.dim", t("row.noHost"));

/** Why it ended, in one or two words; empty while it is open. @param {{reason?: string}} row */
export const endOf = (row) => !row.reason ? "" : has("end." + row.reason) ? t("end." + row.reason) : safe(row.reason);

/** Why it ended, in a sentence. @param {{reason?: string}} row */
export const endInWords = (row) => !row.reason ? "" : has("end." + row.reason + ".long") ? t("end." + row.reason + ".long") : safe(row.reason);

/** What of a URL comes after its host; nothing for tunnels, which have none. @param {{url: string, host: string, method: string}} row */
export function pathOf({ url, host, method }) {
  if (!url || method === "TUNNEL" || method === "CONNECT") return "";
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/is.exec(url);
  return match ? match[1] : url === host ? "" : url;
}

/** Method, host and path of a session or request, as in every list. */
export function Destination({ row }) {
  return [h("span.method", { key: "method" }, safe(row.method || "–")), h("span.host", { key: "host" }, hostOf(row)), h("span.path", { key: "path" }, safe(pathOf(row)))];
}

/** A status code as a coloured figure. @param {{code: number, failed?: boolean, title?: string}} props */
export function StatusCode({ code, failed, title }) {
  if (!code) return h("span.status.status-none", { title: title || t("x.noAnswer") }, t("x.noAnswerShort"));
  const kind = failed ? "bad" : { 1: "info", 2: "good", 3: "info", 4: "warn", 5: "bad" }[Math.floor(code / 100)] || "info";
  return h("span.status.status-" + kind, { title }, String(code));
}
