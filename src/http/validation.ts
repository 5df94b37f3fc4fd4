/** Validates input against its schema. Every message about invalid input comes from here. */
import type { z } from '@hono/zod-openapi';
import { cut } from '@/shared/text';
import { messageFor, NOT_KNOWN, ONE_OF_THE_FORMS, wordIssue } from '@/shared/wording';
import { type AppError, httpError } from './errors';

/** Bounds what a response says about a bad request, so that it never grows with the input. */
const DETAILS_MAX = 20;
const PATH_SEGMENT_UNITS_MAX = 100;
const MESSAGE_UNITS_MAX = 300;
/** More than any request needs, and few enough to validate quickly. */
const VALUES_MAX = 2_000;

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Throws VALIDATION_FAILED. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value, { error: wordIssue });
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap(problemsOf);
  throw refuseFields(problems.map((issue) => ({ ...issue, message: messageFor(value, issue) })));
}

/** Refuses one field by a rule that its schema cannot express. */
export function invalid(path: string, message: string): AppError {
  return refuseFields([{ path: [path], message }]);
}

/** Names all problems, or the first nineteen and the number of the others. */
export function refuseFields(problems: readonly Problem[]): AppError {
  const different = distinct(problems);
  const shown = different.length > DETAILS_MAX ? different.slice(0, DETAILS_MAX - 1) : different;
  const details = shown.map(({ path, message }) => ({
    path: path.map((segment) => cut(String(segment), PATH_SEGMENT_UNITS_MAX)).join('.'),
    message: cut(message, MESSAGE_UNITS_MAX),
  }));
  const more = different.length - shown.length;
  if (more > 0) details.push({ path: '', message: `and ${more} more` });
  return httpError('VALIDATION_FAILED', { details });
}

/** Two rules of a field may refuse it with the same sentence. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.path.join('.')}: ${problem.message}`, problem])).values()];
}

/**
 * Limits the number of values, because a schema validates every item before it reports that there are too many: 256 KB
 * of JSON can contain 130,000. Throws BODY_TOO_LARGE.
 */
export function requireFewValues(body: unknown): void {
  let count = 0;
  for (const pending = [body]; pending.length > 0; ) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inside = Object.values(value);
    count += inside.length;
    if (count > VALUES_MAX)
      throw httpError('BODY_TOO_LARGE', { message: `The body has more than ${VALUES_MAX} values.` });
    pending.push(...inside);
  }
}

/** As issues, each of one field. */
function problemsOf(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code === 'invalid_union') return problemsOfUnion(issue);
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ ...issue, path: [...issue.path, key], message: NOT_KNOWN }));
}

/**
 * Names the fields of the alternative that was meant: the first one that knows all the fields that were sent. A union
 * with a sentence of its own says that sentence, unless exactly one was meant.
 */
function problemsOfUnion(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const { errors: alternatives, path, message } = issue;
  const known = alternatives.filter((issues) => issues.every(({ code }) => code !== 'unrecognized_keys'));
  if (message !== ONE_OF_THE_FORMS && known.length !== 1) return [issue];
  const problems = (known[0] ?? alternatives[0] ?? []).flatMap(problemsOf);
  if (problems.every((problem) => problem.path.length === 0)) return [issue];
  return problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}
