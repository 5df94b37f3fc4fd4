/** The AsyncAPI document is valid, its examples pass the room's own schemas, and the guide has its close codes. */
import { createRequire } from 'node:module';
import { z } from '@hono/zod-openapi';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { readProjectFile, readSources } from '#test/support/sources';
import { durableEvents, roomEvents } from '@/contracts/room-events/events';
import { RESYNC_STEPS } from '@/contracts/room-events/frames';
import { Frame } from '@/contracts/room-wire';
import { asyncApiDocument, closeCodeRows, errorCodes } from '@/http/reference/asyncapi';
import { eventsPage } from '@/http/reference/events-page';

const load = createRequire(import.meta.url);
const document = asyncApiDocument('https://api.footlight.test');
const messages = Object.entries(document.components.messages);
const ajv = new Ajv({ strict: false, validateFormats: false });
// Here and not in the test, since this takes seconds on a busy machine.
const validate = ajv.compile(load('@asyncapi/specs/schemas/3.0.0-without-$id.json'));

it('the AsyncAPI document passes the official JSON schema of version 3', () => {
  validate(JSON.parse(JSON.stringify(document)));
  expect(validate.errors ?? []).toEqual([]);
});

it('every reference of the AsyncAPI document leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  const find = (path: string) =>
    path.split('/').reduce<unknown>((place, name) => (place as Record<string, unknown> | undefined)?.[name], document);
  expect(references.length).toBeGreaterThan(50);
  expect(references.filter((path) => find(path) === undefined)).toEqual([]);
});

describe('the example', () => {
  it.each(messages)(
    'passes the schema that the room uses: %s',
    (_, { name, payload, examples, 'x-durable': durable }) => {
      const example = examples[0]?.payload;
      expect(ajv.validate(payload, example)).toBe(true);
      const [schema] = roomEvents[name as keyof typeof roomEvents] ?? [];
      const whole = durable ? schema?.extend({ seq: z.int() }) : schema;
      const checked = durable === undefined ? Frame : whole;
      expect(checked?.safeParse(example).error?.issues ?? [], JSON.stringify(example)).toEqual([]);
    },
  );
});

describe('an event of a room', () => {
  it('is in the guide, and on the page', () => {
    const guides = ['rooms', 'voice-rooms', 'support', 'cinema', 'stage'].map((name) =>
      readProjectFile(`docs/guides/${name}.md`),
    );
    const text = guides.join('\n');
    const answers = ['ack', 'error', 'pong'];
    expect(Object.keys(roomEvents).filter((name) => !answers.includes(name) && !text.includes(name))).toEqual([]);
    const page = eventsPage(document);
    for (const [, { name }] of messages) expect(page).toContain(`<h3><code>${name}</code></h3>`);
    for (const code of Object.keys(errorCodes())) expect(page).toContain(code);
  });

  it('is written through its schema’s type, never as unchecked JSON', () => {
    const unchecked = readSources().filter(
      ({ name, code }) => /^(room|domains)\//.test(name) && /JSON\.stringify\(\[?\{ type: '/.test(code),
    );
    expect(unchecked.map(({ name }) => name)).toEqual([]);
    expect(Object.keys(durableEvents).length).toBeGreaterThan(20);
  });
});

it('docs/guides/rooms.md says what to do at resync in the steps of the reference', () => {
  const guide = readProjectFile('docs/guides/rooms.md');
  for (const [index, step] of RESYNC_STEPS.entries()) expect(guide).toContain(`${index + 1}. ${step}`);
});

it('docs/guides/rooms.md has the table of close codes as the room closes sockets', () => {
  const guide = readProjectFile('docs/guides/rooms.md');
  const rows = guide.split('\n').filter((line) => /^\| \d{4}/.test(line));
  expect(rows).toEqual(closeCodeRows());
});
