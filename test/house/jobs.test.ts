/** Every domain's jobs are run: a `jobs.ts` that no line of `queues/jobs.ts` names would never be called. */
import { expect, it } from 'vitest';
import { readSources } from '#test/support/sources';

it('the jobs of every domain have their line in the queues', () => {
  const sources = readSources();
  const jobs = sources.map(({ name }) => name).filter((name) => /^domains\/[^/]+\/[^/]+\/jobs$/.test(name));
  const queues = sources.find(({ name }) => name === 'queues/jobs');
  expect(jobs.length).toBeGreaterThan(10);
  expect(queues?.imports.map(({ name }) => name)).toEqual(expect.arrayContaining(jobs));
});
