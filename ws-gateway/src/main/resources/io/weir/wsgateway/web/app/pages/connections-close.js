/* Closing sessions: one, those that match the filter, or all. Always asked first; the reason goes into the journal. */
import { post } from "../api.js";
import { safe } from "../format.js";
import { t } from "../i18n.js";
import { confirm, toast } from "../toast.js";

/**
 * @param {{entry?: import("../sessions.js").Entry, filter?: object|null, count?: number}} what an entry, or a filter of closingFilter (null: all)
 * @returns {Promise<boolean>} whether it was done
 */
export async function askToClose({ entry, filter, count }) {
  const question = entry
    ? { title: t("close.one", { id: String(entry.id) }), text: t("close.oneText", { host: safe(entry.row.host), client: safe(entry.row.remote) }) }
    : filter ? { title: t("close.filtered", { n: count }), text: t("close.filteredText") } : { title: t("close.all", { n: count }), text: t("close.allText") };
  const answer = await confirm({ ...question, action: t("close.action"), danger: true, input: { label: t("close.why"), maxLength: 200 } });
  if (!answer) return false;
  const why = answer.input ? { why: answer.input } : {};
  try {
    const { matched } = await post("/api/sessions/close", entry ? { id: entry.id, ...why } : filter ? { filter, ...why } : { all: true, ...why });
    toast(t("close.done", { n: matched ?? 1 }), "good");
    return true;
  } catch (e) {
    toast(t("failed", { why: e.status ? safe(e.message) : t("unreachable") }), "bad");
    return false;
  }
}

/** What of a filter the gateway closes by; null if that is nothing, so everything. The state is no part of it: what is closed cannot be closed. */
export function closingFilter(filter) {
  const wanted = ["q", "host", "client", "user", "protocol"].filter((name) => filter[name]?.trim());
  return wanted.length ? Object.fromEntries(wanted.map((name) => [name, filter[name].trim()])) : null;
}
