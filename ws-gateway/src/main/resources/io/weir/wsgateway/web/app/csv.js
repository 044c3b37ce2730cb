/* Export of what is shown, made in the page: nothing is asked for again. */

/* A cell that begins with one of these is a formula to a spreadsheet; an apostrophe makes it a text again. */
const FORMULA = /^[\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** One cell: guarded against formulas, quoted where RFC 4180 wants it. Numbers are as they are. */
export function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(String(value)) ? "'" + value : String(value);
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

/**
 * @param {{title: string, value: (row: object) => unknown}[]} columns
 * @param {Iterable<object>} rows
 */
export function csv(columns, rows) {
  const lines = [columns.map((column) => cell(column.title)).join(",")];
  for (const row of rows) lines.push(columns.map((column) => cell(column.value(row))).join(","));
  return lines.join("\r\n") + "\r\n";
}

/** One JSON object a line, each as the gateway sent it. */
export function jsonLines(rows) {
  let text = "";
  for (const row of rows) text += JSON.stringify(row) + "\n";
  return text;
}

/** Offers a text as a file. The mark in front of a CSV tells spreadsheets that it is UTF-8. */
export function download(name, type, text) {
  const isCsv = type === "text/csv";
  const url = URL.createObjectURL(new Blob(isCsv ? ["\ufeff", text] : [text], { type: type + ";charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** "weir-history-2026-03-08T10-00-00.csv" */
export const fileName = (what, ending) =>
  "weir-" + what + "-" + new Date().toISOString().slice(0, 19).replaceAll(":", "-") + "." + ending;

/** Columns of a session for {@link csv}; times are RFC 3339 and bytes are exact. */
export const SESSION_COLUMNS = ["id", "parentId", "startTime", "endTime", "status", "reason", "protocol", "method", "host", "url", "statusCode",
  "remote", "user", "rule", "upstream", "configVersion", "originAddress", "up", "down", "overheadUp", "overheadDown", "originUp", "originDown"]
  .map((name) => ({ title: name, value: (row) => row[name] }));
