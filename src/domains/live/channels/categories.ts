/** The categories of channels and streams: a closed set, so that readers can filter by them. */
import { z } from '@hono/zod-openapi';

const CATEGORIES = [
  'music',
  'dj',
  'dance',
  'comedy',
  'performance',
  'gaming',
  'talk',
  'lifestyle',
  'art',
  'crafts',
  'fashion',
  'beauty',
  'cooking',
  'fitness',
  'sports',
  'travel',
  'nature',
  'education',
  'science',
  'technology',
  'news',
  'film',
  'shopping',
  'other',
] as const;

export const Category = z.enum(CATEGORIES).openapi('Category');
