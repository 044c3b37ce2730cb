/*
 * The exchanges that the page holds, the newest first: a live part, which has every exchange from its oldest on, and below it
 * older ones out of the journal, which are only those that match the filter. Where the live part has a gap (the gateway says
 * so, or the connection was lost) what lies below the gap is let go: the journal gives it back without one.
 */

export const LIVE_MAX = 2000;

/**
 * @typedef {{q: string, host: string, method: string, status: string, session: string, errors: string}} ExchangeFilter
 *   texts as they stand in the address; empty asks for nothing
 */

/** Whether it failed: the client got no answer, or an error is recorded. An answer of 500 is an answer. */
export const failed = (exchange) => Boolean(exchange.error) || !exchange.response?.statusCode;

const has = (text, part) => String(text || "").toLowerCase().includes(part);

/** The gateway's filter of the history, for those that came live. @param {ExchangeFilter} filter */
export function matcher(filter) {
  const text = filter.q.toLowerCase(), host = filter.host.toLowerCase(), method = filter.method.toLowerCase();
  const status = Number(filter.status.replace(/xx$/i, "")), session = Number(filter.session);
  return (exchange) => {
    const { request, response } = exchange;
    return (!text || has(request.host, text) || has(request.url, text) || has(request.method, text) || has(exchange.error, text))
      && (!host || has(request.host, host))
      && (!method || request.method.toLowerCase() === method)
      && (!filter.status || response.statusCode === status || (status < 10 && Math.floor(response.statusCode / 100) === status))
      && (!filter.session || exchange.sessionId === session || exchange.parentId === session)
      && (!filter.errors || failed(exchange));
  };
}

/** The part of a filter that the gateway's history knows, as parameters. @param {ExchangeFilter} filter */
export function historyQuery(filter) {
  const { q, host, method, status, session } = filter;
  return Object.fromEntries(Object.entries({ q, host, method, status, session }).filter(([, value]) => value));
}

export class ExchangeList {
  /** @type {any[]} */ live = [];
  /** @type {any[]} */ older = [];
  /** Where the next page of the journal begins, if one was read. */
  next = undefined;
  /** Whether the journal has no older one. */
  ended = false;
  #fresh = true;

  /** The next batch may not follow the one before: the subscription is new. */
  resubscribed() {
    this.#fresh = true;
  }

  /**
   * Adds what came live.
   * @param {any[]} batch in order of their ids
   * @param {boolean} gap whether exchanges before it are missing
   */
  add(batch, gap) {
    if (batch.length === 0) return;
    const newest = (this.live[0] ?? this.older[0])?.id ?? 0, floor = this.live[0]?.id ?? 0;
    const joins = !gap && (batch[0].id <= newest || (!this.#fresh && this.live.length > 0));
    this.#fresh = false;
    if (!joins) {
      this.live = [];
      this.forgetOlder();
    }
    this.live = batch.filter((exchange) => !joins || exchange.id > floor).reverse().concat(this.live);
    const oldest = this.live[this.live.length - 1].id;
    this.older = this.older.filter((exchange) => exchange.id < oldest);
    const max = this.older.length > 0 ? 2 * LIVE_MAX : LIVE_MAX; // who reads older ones keeps what joins them to the live part
    if (this.live.length > max) {
      this.live.length = LIVE_MAX;
      this.forgetOlder();
    }
  }

  /** Before which sequence the next older ones are: those of the page before, or the oldest live one; undefined for the newest of all. */
  get before() {
    return this.next ?? (this.live.length > 0 ? this.live[this.live.length - 1].id : undefined);
  }

  /** @param {any[]} page the newest first @param {number | string | undefined} next */
  addOlder(page, next) {
    const floor = this.older.length > 0 ? this.older[this.older.length - 1].id
      : this.live.length > 0 ? this.live[this.live.length - 1].id : Infinity;
    this.older = this.older.concat(page.filter((exchange) => exchange.id < floor));
    this.next = next;
    this.ended = next === undefined || next === null;
  }

  /** Another filter, or a gap: what the journal gave does not join any more. */
  forgetOlder() {
    this.older = [];
    this.next = undefined;
    this.ended = false;
  }

  /** The one with that id, if it is held. */
  find(id) {
    return this.live.find((exchange) => exchange.id === id) || this.older.find((exchange) => exchange.id === id);
  }

  /** All that match, the newest first. @param {ExchangeFilter} filter */
  matching(filter) {
    const matches = matcher(filter);
    const older = filter.errors ? this.older.filter(failed) : this.older;
    return this.live.filter(matches).concat(older);
  }
}
