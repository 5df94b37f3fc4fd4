/** Runs a Postman collection as Postman does: its folders in order, its scripts, its variables. */
import { randomUUID } from 'node:crypto';

interface Script {
  readonly listen: string;
  readonly script: { readonly exec: readonly string[] };
}

interface Pair {
  readonly key: string;
  readonly value?: string;
  readonly type?: string;
  readonly disabled?: boolean;
}

interface Url {
  readonly raw: string;
  readonly variable?: readonly Pair[];
}

interface Auth {
  readonly type: string;
  readonly bearer?: readonly Pair[];
}

export interface Item {
  readonly name: string;
  readonly item?: readonly Item[];
  readonly event?: readonly Script[];
  readonly request?: {
    readonly method: string;
    readonly url: string | Url;
    readonly header?: readonly Pair[];
    readonly body?: { readonly mode: string; readonly raw?: string; readonly formdata?: readonly Pair[] };
    readonly auth?: Auth;
  };
}

export interface Collection {
  readonly variable: readonly Pair[];
  readonly item: readonly Item[];
}

export interface Ran {
  readonly name: string;
  readonly status: number;
  readonly code: string | undefined;
  /** A form with a field for a file. */
  readonly needsFile: boolean;
  /** What its tests threw. */
  readonly failures: readonly string[];
}

/** @param given variables that a person would fill in */
export async function runCollection(
  { item, variable }: Collection,
  given: Readonly<Record<string, string>>,
): Promise<Ran[]> {
  const variables = new Map(variable.map(({ key, value = '' }) => [key, value]));
  for (const [key, value] of Object.entries(given)) variables.set(key, value);
  const ran: Ran[] = [];
  for (const one of flatten(item)) ran.push(await run(one, variables));
  return ran;
}

function flatten(items: readonly Item[], place = ''): Item[] {
  return items.flatMap((item) =>
    item.item ? flatten(item.item, `${place}${item.name} / `) : [{ ...item, name: `${place}${item.name}` }],
  );
}

async function run(item: Item, variables: Map<string, string>): Promise<Ran> {
  const failures: string[] = [];
  const collectionVariables = {
    get: (key: string) => variables.get(key),
    set: (key: string, value: string) => variables.set(key, value),
  };
  const replaceIn = (text: string) => fill(text, variables);
  const test = (name: string, check: () => void) => {
    try {
      check();
    } catch (error) {
      failures.push(`${name}: ${error}`);
    }
  };
  const play = (listen: string, response?: object) => {
    for (const { script } of (item.event ?? []).filter((event) => event.listen === listen))
      new Function('pm', script.exec.join('\n'))({ collectionVariables, variables: { replaceIn }, test, response });
  };
  play('prerequest');
  const response = await send(item, (text) => fill(text, variables));
  const text = await response.text();
  play('test', { code: response.status, json: () => JSON.parse(text) });
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1];
  const needsFile = item.request?.body?.formdata?.some(({ type }) => type === 'file') ?? false;
  return { name: item.name, status: response.status, code, needsFile, failures };
}

/** Postman's own. */
const DYNAMIC: Readonly<Record<string, () => string>> = {
  $guid: () => randomUUID(),
  $timestamp: () => String(Math.floor(Date.now() / 1_000)),
};

function fill(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\{\{(\$?\w+)\}\}/g, (_, key) => DYNAMIC[key]?.() ?? variables.get(key) ?? '');
}

function send({ request }: Item, fillIn: (text: string) => string): Promise<Response> {
  if (!request) throw new Error('An item without a request');
  const { method, url, header = [], body, auth } = request;
  const headers = new Headers(header.map(({ key, value = '' }) => [key, fillIn(value)]));
  const token = fillIn(auth?.bearer?.[0]?.value ?? '');
  if (auth?.type === 'bearer' && token !== '') headers.set('Authorization', `Bearer ${token}`);
  return fetch(fillIn(addressOf(url, fillIn)), { method, headers, body: bodyOf(body, fillIn), redirect: 'manual' });
}

function addressOf(url: string | Url, fillIn: (text: string) => string): string {
  if (typeof url === 'string') return url;
  return (url.variable ?? []).reduce(
    (raw, { key, value = '' }) => raw.replace(new RegExp(`:${key}(?=[/?]|$)`), encodeURIComponent(fillIn(value))),
    url.raw,
  );
}

function bodyOf(body: NonNullable<Item['request']>['body'], fillIn: (text: string) => string) {
  if (!body) return null;
  if (body.mode === 'raw') return fillIn(body.raw ?? '');
  const form = new FormData();
  for (const { key, value = '', type } of body.formdata ?? []) if (type !== 'file') form.append(key, fillIn(value));
  return form;
}
