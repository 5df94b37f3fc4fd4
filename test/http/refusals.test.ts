/** Outside production an endpoint may refuse only with what it names, so every other test proves the reference. */

import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { roomError } from '@/domains/live/rooms/errors';
import { streamError } from '@/domains/live/streams/errors';
import { endpoint } from '@/http/endpoint';
import type { Refusal } from '@/http/errors';
import type { HttpEnv } from '@/http/http-env';
import { mount } from '@/http/mount';

/** Asks an endpoint that refuses with BANNED what it answers. */
async function ask(refusals: Refusal[], environment: 'development' | 'production'): Promise<string> {
  const banning = endpoint({
    operationId: 'readSecret',
    method: 'get',
    path: '/secret',
    tag: 'test',
    summary: 'A secret',
    who: 'public',
    response: z.object({}),
    refusals,
    handler: () => {
      throw roomError('BANNED');
    },
  });
  const ctx = testContext();
  const app = new Hono<HttpEnv>();
  app.use(async (c, next) => {
    c.set('ctx', { ...ctx, config: { ...ctx.config, environment } });
    await next();
  });
  app.onError((error, c) => c.text(error.message));
  app.route(
    '/',
    mount([banning], { admit: async () => ({ viewer: undefined }), refusals: () => [], refused: async () => {} }),
  );
  return (await app.request('/secret')).text();
}

const SENTENCE = roomError.BANNED.sentence;

it('an endpoint answers a refusal that it names', async () => {
  expect(await ask([roomError.BANNED], 'development')).toBe(SENTENCE);
});

it('an endpoint that does not declare its refusal fails in development', async () => {
  expect(await ask([streamError.STREAM_NOT_FOUND], 'development')).toBe(
    'get /secret does not declare its refusal BANNED (403)',
  );
});

it('an endpoint that does not declare its refusal answers it in production all the same', async () => {
  expect(await ask([], 'production')).toBe(SENTENCE);
});
