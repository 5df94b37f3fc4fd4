import { z } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { undeclaredFields } from '@/http/check-answer';

const Page = z.object({ items: z.array(z.object({ id: z.string(), more: z.record(z.string(), z.unknown()) })) });

it('a field that the schema does not name is found wherever it stands', () => {
  const sent = {
    items: [
      { id: '1', more: {} },
      { id: '2', more: { any: 1 }, secret: 2 },
    ],
    total: 2,
  };
  expect(undeclaredFields(sent, Page.parse(sent))).toEqual(['items[].secret', 'total']);
});

it('a field that JSON leaves out, or that a record may have, is none', () => {
  const sent = { items: [{ id: '1', more: { any: { thing: 1 } }, gone: undefined }] };
  expect(undeclaredFields(sent, Page.parse(sent))).toEqual([]);
});
