/** An ordinary client, over real HTTP and WebSockets, for the demo, the bench and the end-to-end tests. */
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import type { Authenticator } from './authenticator.ts';

const WAIT_MS_MAX = 15_000;
const POLL_MS = 50;
/** A room closes sockets that are silent for 90 seconds. */
const PING_EVERY_MS = 30_000;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the caller knows the type from the API's contract
  readonly data: any;
  // biome-ignore lint/suspicious/noExplicitAny: each code has its own details
  readonly error?: { readonly code: string; readonly message: string; readonly details?: any };
}

export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly username: string;
  readonly displayName?: string;
}

/** A caller of the API: anonymous, a guest or an account. */
export class Client {
  // No edge sets the caller's address locally, and rate limits count by it.
  readonly #address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(origin: string, headers: Readonly<Record<string, string>> = {}) {
    this.#origin = origin;
    this.#headers = headers;
  }

  as(headers: Readonly<Record<string, string>>): Client {
    return new Client(this.#origin, { ...this.#headers, ...headers });
  }

  /** @param body JSON text, a value to send as JSON, or a form */
  async try(method: string, path: string, body?: unknown): Promise<Answer> {
    const isForm = body instanceof FormData;
    const response = await fetch(`${this.#origin}/api/v1${path}`, {
      method,
      headers: {
        'cf-connecting-ip': this.#address,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...this.#headers,
      },
      body: typeof body === 'string' || body === undefined || isForm ? (body ?? null) : JSON.stringify(body),
    });
    const envelope = (await response.json()) as Omit<Answer, 'status'>; // every response of the API is an envelope
    return { ...envelope, status: response.status };
  }

  /** Throws an error with the API's code and message if the request is refused. */
  async call(method: string, path: string, body?: unknown): Promise<Answer['data']> {
    const { status, data, error } = await this.try(method, path, body);
    if (error) throw new Error(`${method} ${path} is ${status} ${error.code}: ${error.message}`);
    return data;
  }

  /** Registers, and verifies the address with the link from the development mailbox. */
  async signUp(account: NewAccount): Promise<Client> {
    const { token } = await this.call('POST', '/auth/register', account);
    const me = this.as({ authorization: `Bearer ${token}` });
    const link = await waitFor(`the mail to ${account.email}`, () => this.#verifyTokenOf(account.email));
    await me.call('POST', `/auth/verify-email/${link}`);
    return me;
  }

  async #verifyTokenOf(email: string): Promise<string | undefined> {
    const response = await fetch(`${this.#origin}/dev/mail`, { headers: { accept: 'application/json' } });
    const { data } = (await response.json()) as { data: { items: { recipient: string; text: string }[] } };
    const mail = data.items.find(({ recipient, text }) => recipient === email && text.includes('verify-email'));
    return /verify-email(?:#token=|\/)(\S+)/.exec(mail?.text ?? '')?.[1];
  }

  /** @param authenticator for an account with two-factor authentication */
  async signIn(email: string, password: string, authenticator?: Authenticator): Promise<Client> {
    const begun = await this.call('POST', '/auth/login', { email, password });
    const { accessToken } = authenticator && begun.twoFactorRequired ? await this.#answer(begun, authenticator) : begun;
    return this.as({ authorization: `Bearer ${accessToken}` });
  }

  async #answer({ challenge }: { challenge: string }, authenticator: Authenticator): Promise<Answer['data']> {
    const { data, error } = await authenticator((code) => this.try('POST', '/auth/2fa/verify', { challenge, code }));
    if (error) throw new Error(`The second factor is refused with ${error.code}: ${error.message}`);
    return data;
  }
}

/** A room event of any kind. */
export interface RoomEvent {
  readonly type: string;
  readonly seq?: number;
  // biome-ignore lint/suspicious/noExplicitAny: each kind of event has its own fields
  readonly [field: string]: any;
}

/** A socket in a room, with all events that it received. */
export class RoomSocket {
  readonly events: RoomEvent[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** Called as soon as an event arrives. */
  onEvent: ((event: RoomEvent) => void) | undefined;
  readonly #url: string;
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#url = url;
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    // The type also allows binary data, but rooms only send text.
    this.#socket.on('message', (data) => {
      const events = JSON.parse(String(data)) as RoomEvent[];
      this.events.push(...events);
      for (const event of events) this.onEvent?.(event);
    });
    const pings = setInterval(() => {
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: 'ping' }));
    }, PING_EVERY_MS);
    pings.unref(); // a socket that is left open keeps no process alive
    this.#socket.on('close', (code, reason) => {
      clearInterval(pings);
      this.closed = { code, reason: String(reason) };
    });
    this.#socket.on('error', () => {}); // the close event follows, with more details
  }

  /** Enters a room by the URL that `join` returned. Resolves after the welcome. */
  static async enter(url: string): Promise<RoomSocket> {
    const socket = new RoomSocket(url);
    await waitFor('the welcome', () => {
      if (socket.closed) throw new Error(`The room closed with ${socket.closed.code} ${socket.closed.reason}`);
      return socket.first('welcome');
    });
    return socket;
  }

  first(type: string, matches: (event: RoomEvent) => boolean = () => true): RoomEvent | undefined {
    return this.events.find((event) => event.type === type && matches(event));
  }

  all(type: string): RoomEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  /** The number of the newest durable event received. */
  get seq(): number {
    return Math.max(...this.events.map(({ seq }) => seq ?? 0));
  }

  waitForEvent(type: string, matches?: (event: RoomEvent) => boolean): Promise<RoomEvent> {
    return waitFor(`a ${type}`, () => this.first(type, matches));
  }

  waitForClose(): Promise<{ readonly code: number; readonly reason: string }> {
    return waitFor('the socket to close', () => this.closed);
  }

  /** Sends a frame and resolves with its ack or its error. */
  async ask(frame: Readonly<Record<string, unknown>>): Promise<RoomEvent> {
    const id = randomUUID();
    this.#socket.send(JSON.stringify({ id, ...frame }));
    return waitFor(`the answer to ${frame.type}`, () =>
      this.events.find((event) => (event.type === 'ack' || event.type === 'error') && event.id === (frame.id ?? id)),
    );
  }

  say(text: string): Promise<RoomEvent> {
    return this.ask({ type: 'send-message', text });
  }

  /** Drops the connection without a close frame. */
  lose(): void {
    this.#socket.terminate();
  }

  close(): void {
    this.#socket.close();
  }

  /** The URL to resume at, with the resume pass from the welcome. */
  get resumeUrl(): string {
    const url = new URL(this.#url);
    url.searchParams.set('pass', this.first('welcome')?.resumePass);
    url.searchParams.set('since', String(this.seq));
    return url.href;
  }
}

/** Calls `look` until it returns a value. Throws if there is none in time. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  waitMsMax = WAIT_MS_MAX,
): Promise<T> {
  const until = performance.now() + waitMsMax;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`Timed out after ${waitMsMax / 1_000} s waiting for ${what}`);
    await sleep(POLL_MS);
  }
}
