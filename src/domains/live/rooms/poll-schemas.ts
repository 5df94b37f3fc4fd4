/** Wire shapes of polls in rooms. */
import { z } from '@hono/zod-openapi';
import { POLL_OPTIONS, POLL_SECONDS } from '@/contracts/poll';
import { aLine } from '@/http/fields';
import { foldWords } from '@/shared/blocked-words';

const QUESTION_CHARACTERS_MAX = 200;
const OPTION_CHARACTERS_MAX = 80;

export const NewPoll = z
  .strictObject({
    question: aLine(QUESTION_CHARACTERS_MAX),
    options: z
      .array(aLine(OPTION_CHARACTERS_MAX))
      .min(POLL_OPTIONS.min)
      .max(POLL_OPTIONS.max)
      .refine((options) => new Set(options.map(foldWords)).size === options.length, 'must differ from each other')
      .openapi({
        uniqueItems: true,
        example: ['One more song', 'Time for talk'],
        description: 'Must differ in more than case, accents and blanks.',
      }),
    seconds: z.int().min(POLL_SECONDS.min).max(POLL_SECONDS.max).openapi({ description: 'How long it runs.' }),
  })
  .openapi('NewPoll');

const poll = {
  id: z.string(),
  question: z.string(),
  options: z.array(
    z.object({
      id: z.int().openapi({ description: 'Its place, from 0: what a vote names.' }),
      text: z.string(),
      votes: z.int(),
    }),
  ),
  totalVotes: z.int(),
  startedAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable().openapi({ description: 'Null while it runs.' }),
};

export const Poll = z.object(poll).openapi('Poll');

export const Voted = z.object({ ...poll, vote: z.int() }).openapi('Voted');

export const Vote = z
  .strictObject({
    option: z
      .int()
      .min(0)
      .max(POLL_OPTIONS.max - 1)
      .openapi({ description: 'The `id` of an option.' }),
  })
  .openapi('Vote');
