import { expect, test } from 'vitest';
import { plansOf } from '#test/support/plans';
import { SOURCES, spansOf } from '@/domains/operations/analytics/sources';

test.each(SOURCES.map((source) => [source.figure, source] as const))(
  'a day of %s is found by an index',
  async (_, { source }) => {
    const [plan] = await plansOf((ctx) => ctx.db.all(source(spansOf(['2026-01-01']))));
    expect(plan).toMatch(/^SCAN day VIRTUAL TABLE/);
    expect(plan).not.toMatch(/SCAN (?!day)/);
  },
);
