/** Wire shapes of FAQs. The answer is Markdown source: a client that renders it must not let HTML through. */
import { z } from '@hono/zod-openapi';
import { languageTag } from '@/domains/base/settings/schemas';
import { pageQuery } from '@/http/envelope';
import { aLine, aText, searchText } from '@/http/fields';

const CATEGORY_CHARACTERS_MAX = 40;
const QUESTION_CHARACTERS_MAX = 200;
const ANSWER_CHARACTERS_MAX = 10_000;
/** As many as there can be in all. */
export const FAQS_MAX = 1_000;
const LANGUAGE_DEFAULT = 'en';

export const anId = z.string().min(1);

const category = z
  .string()
  .max(CATEGORY_CHARACTERS_MAX)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens')
  .openapi({ example: 'getting-paid' });

const position = z.int().min(1).max(FAQS_MAX).openapi({
  description: 'The place within its category and language: 1 is first. The others move to make room.',
});

export const Faq = z
  .object({
    id: z.uuid(),
    category: z.string(),
    language: z.string(),
    question: z.string(),
    answer: z.string().openapi({ description: 'Markdown source. Do not render HTML in it.' }),
    position: z.int(),
    published: z.boolean(),
    helpful: z.int(),
    notHelpful: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Faq');

const content = {
  category,
  question: aLine(QUESTION_CHARACTERS_MAX),
  answer: aText(ANSWER_CHARACTERS_MAX, 1),
};

export const NewFaq = z
  .strictObject({
    ...content,
    language: languageTag.default(LANGUAGE_DEFAULT),
    position: position.optional().openapi({ description: 'Without it, the FAQ goes to the end.' }),
    published: z.boolean().default(false).openapi({ description: 'False: a draft, which only staff see.' }),
  })
  .openapi('NewFaq');

export const FaqChanges = z
  .strictObject({ ...content, language: languageTag, position, published: z.boolean() })
  .partial()
  .openapi('FaqChanges');

const filters = { category: category.optional(), language: languageTag.optional() };
export const FaqsQuery = z.strictObject({ ...filters, ...pageQuery });
export const FaqSearchQuery = z.strictObject({ q: searchText, ...filters, ...pageQuery });

export const FaqVote = z.strictObject({ helpful: z.boolean() }).openapi('FaqVote');
export const FaqVoted = z.object({ vote: FaqVote, helpful: z.int(), notHelpful: z.int() }).openapi('FaqVoted');
