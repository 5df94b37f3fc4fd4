/** Cards of users who are known by their ids. */
import type { z } from '@hono/zod-openapi';
import { readCards } from './card-of';
import { presentCard } from './present';
import type { PublicCard } from './schemas';

export type Card = z.input<typeof PublicCard>;

/** Those who exist, by id. Takes what `readCards` takes. */
export async function findCards(...asked: Parameters<typeof readCards>): Promise<ReadonlyMap<string, Card>> {
  const rows = await readCards(...asked);
  return new Map(rows.map((row) => [row.id, presentCard(row)]));
}
