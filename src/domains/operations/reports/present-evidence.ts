/** Presents the evidence of a report to staff, with links to its files that expire. */
import { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { signedMediaUrl } from '@/domains/base/media/keys';
import { toIso } from '@/shared/time';
import type { Evidence as EvidenceRow } from './tables';

export const Evidence = z
  .object({
    text: z.string(),
    neighbours: z
      .array(
        z.object({
          id: z.string(),
          userId: z.string(),
          username: z.string(),
          displayName: z.string(),
          text: z.string(),
          at: z.string(),
        }),
      )
      .openapi({ description: 'The messages around a message, oldest first.' }),
    media: z
      .array(z.object({ url: z.string() }))
      .openapi({ description: 'Private links, which work for five minutes.' }),
    takenAt: z.iso.datetime(),
  })
  .openapi('Evidence');

export async function presentEvidence(
  ctx: Context,
  { text, neighbours, media, takenAt }: EvidenceRow,
): Promise<z.input<typeof Evidence>> {
  return {
    text,
    neighbours: neighbours.map((neighbour) => ({ ...neighbour, at: toIso(neighbour.at) })),
    media: await Promise.all(media.map(async (key) => ({ url: await signedMediaUrl(ctx, key) }))),
    takenAt: toIso(takenAt),
  };
}
