/**
 * What happens to the library elsewhere, as it happens: the topic `photos` of the live service (docs/live.md). After a
 * lost connection it goes on where it was.
 *
 * @module
 */

const RENEWED_AFTER_MS = 8 * 60_000; // a gateway ends what is silent for ten minutes
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/** Fires `change` (detail: the record as `ls --json` prints it) and `gap`, where too much was missed to be told. */
export class Live extends EventTarget {
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {string | undefined} the latest change known, "" where there was none yet */
  #sequence;
  #failures = 0;
  #timer = 0;
  #stopped = true;

  /**
   * @param {import('./api.js').Api} api
   * @param {string} url
   */
  constructor(api, url) {
    super();
    this.api = api;
    this.url = url;
    window.addEventListener('online', () => this.#again(0));
  }

  /**
   * @param {string} [sequence] the latest change that is known
   */
  start(sequence) {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#sequence = sequence;
    void this.#connect();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Whether changes are being told just now. */
  get connected() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  async #connect() {
    try {
      const { ticket } = await this.api.post('ws/ticket', {});
      if (this.#stopped) return;
      const socket = new WebSocket(`${this.url}?ticket=${encodeURIComponent(ticket)}`);
      this.#socket = socket;
      socket.onopen = () => this.#subscribe();
      socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
      socket.onclose = () => this.#again(this.#nextWait());
    } catch {
      this.#again(this.#nextWait()); // it is only slower to hear of things; what can't be done at all says so itself
    }
  }

  /** Subscribing again renews the subscription and tells what was missed. */
  #subscribe() {
    clearTimeout(this.#timer);
    if (!this.connected) return;
    const after = this.#sequence === undefined ? {} : { after: this.#sequence };
    this.#socket?.send(JSON.stringify({ type: 'subscribe', topic: 'photos', ...after }));
    this.#timer = setTimeout(() => this.#subscribe(), RENEWED_AFTER_MS);
  }

  /** @param {{type: string, sequence?: string, message?: unknown, more?: boolean, gap?: boolean}} said */
  #heard({ type, sequence = '', message, more, gap }) {
    if (type !== 'message' && type !== 'subscribed') return;
    this.#failures = 0;
    if (sequence > (this.#sequence ?? '')) this.#sequence = sequence;
    if (type === 'message') this.dispatchEvent(new CustomEvent('change', { detail: message }));
    else if (gap) this.dispatchEvent(new Event('gap'));
    if (more) this.#subscribe();
  }

  #nextWait() {
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++) * (0.5 + Math.random());
  }

  #again(/** @type {number} */ wait) {
    clearTimeout(this.#timer);
    if (this.#stopped || this.connected) return;
    this.#timer = setTimeout(() => void this.#connect(), wait);
  }
}
