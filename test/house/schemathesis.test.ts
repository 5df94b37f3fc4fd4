/** The exceptions of `npm run schemathesis` stay few, and each says why. */
import { expect, it } from 'vitest';
import { readProjectFile } from '#test/support/sources';

const EXCEPTIONS_MAX = 30;
const CHECKS = ['accepts_valid_data', 'refuses_invalid_data', 'has_no_fault'];

it('every exception of the run names its check, its operations and its reason', () => {
  const { exceptions } = JSON.parse(readProjectFile('test/schemathesis/exceptions.json'));
  expect(exceptions.length).toBeLessThanOrEqual(EXCEPTIONS_MAX);
  for (const { check, operation, detail, reason } of exceptions) {
    expect(CHECKS).toContain(check);
    for (const pattern of [operation, detail]) expect(() => new RegExp(pattern)).not.toThrow();
    expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  }
});
