/* What each message does to the store. Everything from the wire is kept as it came; it is made safe where it is shown. */
import { millis } from "./format.js";
import { store } from "./store.js";

const HISTORY_SECONDS = 900;
const LOGS_KEPT = 2000;
const SERIES = ["up", "down", "open", "opened", "closed"];
let logKeys = 0;

const folds = { traffic, changes, log_batch: logs };

export function fold(message) {
  folds[message.type]?.(message);
}

function changes(message) {
  store.sessions.apply(message, performance.now());
  store.seq = Math.max(store.seq, message.seq);
  store.touch("sessions");
}

function traffic({ data, seq, history }) {
  const now = Date.now();
  if (history) fill(history);
  store.traffic = data;
  store.seq = Math.max(store.seq, seq);
  store.connection.trafficAt = now;
  if (!history || lastTime() < Math.floor(now / 1000)) append(now / 1000, data);
  store.touch("traffic");
}

const lastTime = () => store.history.times.at(-1) ?? 0;

/** Replaces what we have by what the server knows, which also fills the gap of a lost connection. */
function fill({ stepMillis, endTime, ...series }) {
  const length = series.up.length, end = millis(endTime) / 1000, step = stepMillis / 1000;
  const kept = { times: Array.from({ length }, (_, i) => end - (length - 1 - i) * step) };
  for (const name of SERIES) kept[name] = series[name] ? Array.from(series[name]) : new Array(length).fill(null);
  store.history = kept;
}

function append(time, data) {
  const { history } = store, { times } = history;
  if (times.length && time <= times.at(-1)) return; // the clock of the viewer may be behind the server's
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

function logs({ data }) {
  for (const line of data) line.key = ++logKeys;
  store.logs = store.logs.concat(data).slice(-LOGS_KEPT);
  store.touch("logs");
}
