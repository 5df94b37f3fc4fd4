/** Values from outside, held against their schema: the one place that says what is wrong with them. */
import type { z } from '@hono/zod-openapi';
import { httpError } from './errors';

/** Throws VALIDATION_FAILED. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw httpError('VALIDATION_FAILED', {
    details: result.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'is not known here' }))
        : [{ path: issue.path.join('.'), message: issue.message }],
    ),
  });
}
