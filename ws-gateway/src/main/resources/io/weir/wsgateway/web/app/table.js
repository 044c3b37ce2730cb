/*
 * A list of any length: only the rows in sight are in the document. All rows have one height, so the place of each is known without
 * measuring; the scroll bar belongs to the browser. It is an ARIA grid (a treegrid if rows have levels) with one stop for the Tab key;
 * arrows move within.
 */
import { h, useEffect, useLayoutEffect, useReducer, useRef, useState } from "./dom.js";
import { t } from "./i18n.js";

const OVERSCAN = 6;
const NARROW = 640;
let tables = 0;

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} [title]
 * @property {string} [width]     of grid-template-columns, such as "92px" or "minmax(120px, 2fr)"
 * @property {boolean} [num]      right-aligned figures
 * @property {boolean} [sort]     whether a click on its head sorts
 * @property {number} [minWidth]  the column is left out when the table is narrower than this
 * @property {string} [class]
 * @property {(row: any) => string} [tip]  its title
 * @property {(row: any) => any} cell  texts from the wire go through safe()
 *
 * @param {object} props
 * @param {string} props.test      data-test of the whole; rows have `${test}-row` and data-key
 * @param {string} props.label     for screen readers
 * @param {Column[]} props.columns
 * @param {any[]} props.rows       may be one array that is changed in place
 * @param {(row: any) => string|number} props.rowKey
 * @param {number} [props.rowHeight]     34
 * @param {(row: any) => any} [props.narrowRow]  what a row shows on a phone, in place of cells
 * @param {number} [props.narrowHeight]  58
 * @param {{key: string, desc: boolean}} [props.sort]
 * @param {(sort: {key: string, desc: boolean}) => void} [props.onSort]
 * @param {(row: any) => void} [props.onOpen]      Enter or a click
 * @param {string|number} [props.selected]         key of the row that is marked
 * @param {(row: any) => string} [props.rowClass]
 * @param {(row: any) => number} [props.level]     1 is a root; makes it a tree
 * @param {(row: any) => boolean|undefined} [props.expanded]  undefined: has no children
 * @param {(row: any, expand: boolean) => void} [props.onExpand]
 * @param {(event: KeyboardEvent, row: any) => boolean} [props.onKey]  other keys on the active row; true if it was one
 * @param {(isAtEnd: boolean) => void} [props.onScrolled]  by the user, or because rows came
 * @param {() => void} [props.onEnd]               the end came into sight: time to load more
 * @param {any} [props.empty]                      shown when there are no rows
 * @param {boolean} [props.busy]
 * @param {boolean} [props.follow]                 stay at the end when rows are added
 * @param {{top?: number, active?: string|number}} [props.memory]  an object of the caller's, to find the same place again
 * @param {string} [props.question]                what the rows answer, such as filter and order: with another one the list begins at its top
 * @param {any} [props.footer]                     after the last row, in the scrolling part
 */
export function Table(props) {
  const { rows, columns, rowKey, test } = props;
  const [id] = useState(() => "table-" + ++tables);
  const [, again] = useReducer((n) => n + 1, 0);
  const [active, setActive] = useState(props.memory?.active ?? null);
  const box = useRef(null), view = useRef({ top: props.memory?.top ?? 0, height: 400, width: 1000 }), drawn = useRef({});
  if (props.memory) Object.assign(props.memory, { top: view.current.top, active });
  const narrow = view.current.width < NARROW && !!props.narrowRow;
  const height = narrow ? props.narrowHeight || 58 : props.rowHeight || 34;
  const shownColumns = columns.filter((column) => !column.minWidth || view.current.width >= column.minWidth);
  const template = narrow ? "minmax(0, 1fr)" : shownColumns.map((column) => column.width || "minmax(0, 1fr)").join(" ");

  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      const { clientHeight, clientWidth } = box.current;
      if (clientHeight !== view.current.height || clientWidth !== view.current.width) {
        view.current.height = clientHeight;
        view.current.width = clientWidth;
        again();
      }
    });
    observer.observe(box.current);
    box.current.scrollTop = view.current.top;
    return () => observer.disconnect();
  }, []);

  const asked = useRef(props.question);
  useLayoutEffect(() => {
    if (asked.current !== props.question) box.current.scrollTop = 0;
    asked.current = props.question;
  }, [props.question]);

  useLayoutEffect(() => {
    if (props.follow) box.current.scrollTop = box.current.scrollHeight;
  });

  const head = narrow ? 0 : 32;
  const first = Math.max(0, Math.floor(view.current.top / height) - OVERSCAN);
  const last = Math.min(rows.length, Math.ceil((view.current.top + view.current.height) / height) + OVERSCAN);
  useEffect(() => {
    if (props.onEnd && rows.length > 0 && last >= rows.length) props.onEnd();
  }, [last >= rows.length, rows.length]);

  function onScroll(event) {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget, isUp = scrollTop < view.current.top;
    view.current.top = scrollTop;
    props.onScrolled?.(!isUp || scrollHeight - scrollTop - clientHeight < 4);
    again();
  }

  function goTo(index) {
    const at = Math.max(0, Math.min(rows.length - 1, index));
    if (rows.length === 0) return;
    setActive(rowKey(rows[at]));
    const el = box.current, top = at * height, room = el.clientHeight - head;
    if (top < el.scrollTop) el.scrollTop = top;
    else if (top + height > el.scrollTop + room) el.scrollTop = top + height - room;
  }

  function onKeyDown(event) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.findIndex((row) => rowKey(row) === active), row = rows[at];
    const page = Math.max(1, Math.floor((view.current.height - head) / height) - 1);
    const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: Math.max(at, 0) + page, PageUp: at - page, Home: 0, End: rows.length - 1 };
    if (event.key in moves) goTo(moves[event.key]);
    else if (row && (event.key === "Enter" || event.key === " ") && props.onOpen) props.onOpen(row);
    else if (row && event.key === "ArrowRight" && props.expanded?.(row) === false) props.onExpand(row, true);
    else if (row && event.key === "ArrowLeft" && props.expanded?.(row)) props.onExpand(row, false);
    else if (row && event.key === "ArrowLeft" && props.level?.(row) > 1) goTo(parentOf(at));
    else if (!(row && props.onKey?.(event, row))) return;
    event.preventDefault();
  }

  function parentOf(at) {
    const level = props.level(rows[at]);
    while (at > 0 && props.level(rows[at]) >= level) at--;
    return at;
  }

  const context = { ...props, id, active, height, narrow, template, shownColumns, setActive };
  const items = lines(drawn.current, [props, active, template], first, last, (i) => rowKey(rows[i]), (i) => line(context, rows[i], i));
  const activeShown = items.some((item) => item.props["aria-selected"] === "true");
  return h("div.table", { "data-test": test, "data-narrow": narrow ? "true" : null },
    h("div.table-box", {
      ref: box, tabIndex: 0, onScroll, onKeyDown, role: props.level ? "treegrid" : "grid", "aria-label": props.label,
      "aria-rowcount": rows.length + 1, "aria-colcount": shownColumns.length, "aria-busy": props.busy ? "true" : "false",
      "aria-activedescendant": activeShown ? id + "-" + active : null, "data-test": test + "-grid", "data-count": rows.length,
    },
    narrow ? null : heads(context),
    h("div.table-space", { style: { height: rows.length * height + "px" }, role: "rowgroup" }, items),
    rows.length === 0 ? h("div.empty", { "data-test": test + "-empty" }, props.busy ? t("loading") : props.empty || t("nothing")) : null,
    props.footer || null));
}

/**
 * The lines in sight, each in the slot that its place has for as long as it is in sight. While nothing but the place changes, as in
 * scrolling, a line is taken as it is, and Preact passes it over. There are no keys, and as many slots as ever were needed: a list with
 * keys that jumps, as when rows come and go at both ends, loses lines in Preact (to 10.28 at least).
 */
function lines(drawn, reasons, first, last, keyAt, make) {
  const isSame = drawn.reasons?.every((reason, i) => reason === reasons[i]);
  while ((drawn.size || 16) < last - first) drawn.size = 2 * (drawn.size || 16);
  const size = drawn.size || 16, slots = new Array(size).fill(null), keys = new Array(size);
  for (let i = first; i < last; i++) {
    const slot = i % size;
    keys[slot] = keyAt(i);
    slots[slot] = isSame && drawn.keys[slot] === keys[slot] && drawn.at[slot] === i ? drawn.slots[slot] : make(i);
  }
  const at = keys.map((key, slot) => slots[slot] ? first + (slot - first % size + size) % size : -1);
  Object.assign(drawn, { reasons, slots, keys, at });
  return slots.map((line) => line || h("div", { hidden: true }));
}

function heads({ shownColumns, template, sort, onSort }) {
  return h("div.table-head", { role: "row", "aria-rowindex": 1, style: { gridTemplateColumns: template } }, shownColumns.map((column) => {
    const sorted = sort?.key === column.key;
    const label = [column.title || "", sorted ? h("span.sort-mark", { "aria-hidden": "true" }, sort.desc ? "▾" : "▴") : null];
    return h("div.th", {
      key: column.key, role: "columnheader", "data-col": column.key, class: column.num ? "num" : "",
      "aria-sort": sorted ? sort.desc ? "descending" : "ascending" : null,
    }, column.sort && onSort
      ? h("button.th-button", {
        type: "button", "data-test": "sort-" + column.key,
        onClick: () => onSort({ key: column.key, desc: sorted ? !sort.desc : !!column.num }),
      }, label)
      : label);
  }));
}

function line(context, row, index) {
  const { rowKey, id, active, height, template, shownColumns, test, level, expanded, onOpen, setActive, selected, rowClass, narrow } = context;
  const key = rowKey(row), isActive = key === active, opened = expanded?.(row);
  return h("div.tr", {
    id: id + "-" + key, role: "row", "data-key": key, "data-test": test + "-row", class: rowClass?.(row) || "",
    "aria-rowindex": index + 2, "aria-selected": isActive || key === selected ? "true" : "false", "data-active": isActive ? "true" : null,
    "aria-level": level ? level(row) : null, "aria-expanded": opened === undefined ? null : String(opened),
    style: { transform: "translateY(" + index * height + "px)", height: height + "px", gridTemplateColumns: template },
    onClick: (event) => {
      if (event.target.closest("button, a, input") || String(getSelection())) return;
      setActive(key);
      onOpen?.(row);
    },
  }, narrow ? h("div.td.narrow", { role: "gridcell" }, context.narrowRow(row))
    : shownColumns.map((column) => h("div.td", {
      key: column.key, role: "gridcell", class: (column.num ? "num " : "") + (column.class || ""), "data-col": column.key, title: column.tip?.(row),
    }, column.cell(row))));
}
