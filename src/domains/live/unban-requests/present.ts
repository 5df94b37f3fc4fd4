import type { z } from '@hono/zod-openapi';
import type { Card } from '@/domains/base/users/find-cards';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { UnbanRequest } from './schemas';
import type { UnbanRequestRow } from './tables';

export function presentRequest(row: UnbanRequestRow, user: Card): z.input<typeof UnbanRequest> {
  const { id, text, status, answer, createdAt, decidedAt } = row;
  return { id, user, text, status, answer, createdAt: toIso(createdAt), decidedAt: toIsoOrNull(decidedAt) };
}
