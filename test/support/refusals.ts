/** What a call to a function of ours refuses with, where no endpoint reaches it. */
import { expect } from 'vitest';
import { AppError } from '@/http/errors';

export async function refusalOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => expect.fail('was not refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError; // the line above
}
