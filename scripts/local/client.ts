/** A client as anyone could write one, over real HTTP and WebSockets: for the demo, the bench and the end-to-end tests. */
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const WAIT_MS_MAX = 15_000;
const POLL_MS = 50;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whoever asks knows what the contract answers
  readonly data: any;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly username: string;
  readonly displayName?: string;
}

/** Somebody at the API: no one yet, a guest or an account. */
export class Client {
  // There is no edge in front that says who calls, and rate limits go by it.
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

  /** @param body JSON as text or to be made; or a form, which says of itself what it is */
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
    const envelope = (await response.json()) as Omit<Answer, 'status'>; // every answer of the API is one
    return { ...envelope, status: response.status };
  }

  /** Throws what the API refuses with. */
  async call(method: string, path: string, body?: unknown): Promise<Answer['data']> {
    const { status, data, error } = await this.try(method, path, body);
    if (error) throw new Error(`${method} ${path} is ${status} ${error.code}: ${error.message}`);
    return data;
  }

  /** Registers and verifies the address by the link in the development mailbox, as its owner would. */
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

  async signIn(email: string, password: string): Promise<Client> {
    const { accessToken } = await this.call('POST', '/auth/login', { email, password });
    return this.as({ authorization: `Bearer ${accessToken}` });
  }
}

/** An event of a room, whatever its kind. */
export interface RoomEvent {
  readonly type: string;
  readonly seq?: number;
  // biome-ignore lint/suspicious/noExplicitAny: each kind of event has its own fields
  readonly [field: string]: any;
}

/** A socket in a room, with all that it was told. */
export class RoomSocket {
  readonly events: RoomEvent[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #url: string;
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#url = url;
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    // The type says that it may be binary; the room sends text.
    this.#socket.on('message', (data) => this.events.push(...(JSON.parse(String(data)) as RoomEvent[])));
    this.#socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
    this.#socket.on('error', () => {}); // its close follows, and says more
  }

  /** Opens a room with what `join` answered; resolves with the welcome. */
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

  /** Of the newest durable event that came. */
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

  /** As a connection is lost: without a word. */
  lose(): void {
    this.#socket.terminate();
  }

  close(): void {
    this.#socket.close();
  }

  /** Where to come back, with what the room gave for it. */
  get resumeUrl(): string {
    const url = new URL(this.#url);
    url.searchParams.set('pass', this.first('welcome')?.resumePass);
    url.searchParams.set('since', String(this.seq));
    return url.href;
  }
}

/** Asks again until there is an answer; throws if there is none in time. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  waitMsMax = WAIT_MS_MAX,
): Promise<T> {
  const until = performance.now() + waitMsMax;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`Waited ${waitMsMax / 1_000} s in vain for ${what}`);
    await sleep(POLL_MS);
  }
}
