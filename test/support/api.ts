/** Calls the Worker as a client does: over its fetch, from an address of one's own. */
import { exports } from 'cloudflare:workers';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  data: any;
  error: { code: string; message: string; details?: unknown };
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  body: any;
}

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Rate limits count by address, so each caller of a test has its own unless it says otherwise. */
  address?: string;
}

export function randomAddress(): string {
  return `10.${[0, 0, 0].map(() => crypto.getRandomValues(new Uint8Array(1))[0]).join('.')}`;
}

type Send = (url: string, init: RequestInit) => Promise<Response>;

/** A client with these headers: `client({ authorization })`. @param send how the Worker is reached */
export function client(
  headers: Record<string, string> = {},
  address = randomAddress(),
  send: Send = (url, init) => exports.default.fetch(url, init),
) {
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const isRaw = options.body instanceof FormData || typeof options.body === 'string';
    const response = await send(new URL(path, 'http://localhost:8787/api/v1/').href, {
      method,
      headers: {
        'cf-connecting-ip': options.address ?? address,
        ...(options.body !== undefined && !isRaw ? { 'content-type': 'application/json' } : {}),
        ...headers,
        ...options.headers,
      },
      body: isRaw ? (options.body as BodyInit) : options.body === undefined ? undefined : JSON.stringify(options.body),
      redirect: 'manual',
    });
    // Decoded here: the platform warns of text() on a picture.
    const text = new TextDecoder().decode(await response.arrayBuffer());
    const isJson = text !== '' && response.headers.get('content-type')?.includes('application/json'); // HEAD has no body
    const body = isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, data: body?.data, error: body?.error, body };
  };
  return {
    headers,
    get: (path: string, options?: CallOptions) => call('GET', path, options),
    post: (path: string, body?: unknown, options?: CallOptions) => call('POST', path, { ...options, body }),
    put: (path: string, body?: unknown, options?: CallOptions) => call('PUT', path, { ...options, body }),
    patch: (path: string, body?: unknown, options?: CallOptions) => call('PATCH', path, { ...options, body }),
    delete: (path: string, options?: CallOptions) => call('DELETE', path, options),
    call,
  };
}

export type Client = ReturnType<typeof client>;
