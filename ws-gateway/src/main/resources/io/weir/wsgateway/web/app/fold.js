/* What each message does to the store. Everything from the wire is kept as it came; it is made safe where it is shown. */
import { millis } from "./format.js";
import { t } from "./i18n.js";
import { nodeTime, now, ticks } from "./now.js";
import { isReplay, store, takeReplay } from "./store.js";
import { toast } from "./toast.js";

const HISTORY_SECONDS = 900;
const LOGS_KEPT = 2000;
const SERIES = ["up", "down", "open", "opened", "closed"];
let logKeys = 0;

const folds = { traffic, changes, log_batch: logs };

export function fold(message) {
  folds[message.type]?.(message);
}

function changes(message) {
  if (message.reset && message.why !== "new" && !isReplay()) toast(t("changes.reset")); // rows that closed long ago went with that
  store.sessions.apply(message, ticks());
  store.seq = isReplay() ? message.seq : Math.max(store.seq, message.seq); // a replay goes back, too
  store.touch("sessions");
}

function traffic(message) {
  const { data, seq, history } = message;
  store.connection.trafficAt = Date.now();
  store.touch("traffic");
  if (data.replay) {
    replayed(message);
    return;
  }
  if (history) {
    nodeTime(millis(history.endTime));
    fill(history);
  }
  store.traffic = data;
  store.seq = Math.max(store.seq, seq);
  if (!history || lastTime() < Math.floor(now() / 1000)) append(now() / 1000, data);
}

/** Each message has all of the history, up to where the replay is, which may be before where it was. */
function replayed({ data, seq, history }) {
  takeReplay(data.replay);
  store.history = { times: [], up: [], down: [], open: [], opened: [], closed: [] };
  if (history) fill(history);
  store.traffic = data;
  store.seq = seq;
}

const lastTime = () => store.history.times.at(-1) ?? 0;

/** What the server knows fills the gap of a lost connection; what it forgot in a restart, and we still know, stays in front of it. */
function fill({ stepMillis, endTime, ...series }) {
  const length = series.up.length, end = millis(endTime) / 1000, step = stepMillis / 1000, first = end - (length - 1) * step;
  const { history } = store, fresh = { times: [] };
  for (const name of SERIES) fresh[name] = [];
  for (let i = 0; i < history.times.length && history.times[i] < first - step / 2; i++) {
    if (history.times[i] > end - HISTORY_SECONDS) push(fresh, history.times[i], pick(history, i));
  }
  const last = fresh.times.at(-1);
  if (last && first - last > 3 * step) push(fresh, last + step, {}); // drawn as a gap
  for (let i = 0; i < length; i++) push(fresh, first + i * step, pick(series, i));
  store.history = fresh;
}

const pick = (series, i) => Object.fromEntries(SERIES.map((name) => [name, series[name]?.[i]]));

function append(time, data) {
  const { history } = store, { times } = history;
  if (times.length && time <= times.at(-1)) return; // a clock may be set back
  if (times.length && time - times.at(-1) > 3) push(history, times.at(-1) + 1, {}); // a gap is drawn as a gap
  push(history, time, data);
}

function push(history, time, data) {
  history.times.push(time);
  for (const name of SERIES) history[name].push(data[name] ?? null);
  if (history.times.length > HISTORY_SECONDS) {
    history.times.shift();
    SERIES.forEach((name) => history[name].shift());
  }
}

/** Lines are listened for anew: what was written since the last one is not here, and that must be seen. */
export function logsBegin() {
  if (store.logs.length && !store.logs.at(-1).isGap) logs({ data: [{ level: "WARN", session: 0, message: t("logs.gap"), time: new Date(now()).toISOString(), isGap: true }] });
}

function logs({ data }) {
  for (const line of data) line.key = ++logKeys;
  store.logs = store.logs.concat(data).slice(-LOGS_KEPT);
  store.touch("logs");
}
