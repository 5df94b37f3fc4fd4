/** Breaks viewers down by how they came, without showing a group so small that it may be one person. Pure. */
import type { z } from '@hono/zod-openapi';
import type { Audience } from '@/contracts/room';
import type { AudienceFigures } from './session-schemas';

/** The smallest group that is shown. Nobody at all is no group. */
export const GROUP_MIN = 5;

/**
 * Hides small groups. A single hidden group could be found by subtraction, so the next smallest is hidden with it.
 */
export function showGroups<Name extends string>(groups: Readonly<Record<Name, number>>): Record<Name, number | null> {
  const names = Object.keys(groups) as Name[]; // its own
  const small = names.filter((name) => groups[name] > 0 && groups[name] < GROUP_MIN);
  const shown = names.filter((name) => groups[name] >= GROUP_MIN).toSorted((a, b) => groups[a] - groups[b]);
  const hidden = new Set(small.length === 1 ? [...small, ...shown.slice(0, 1)] : small);
  return Object.fromEntries(names.map((name) => [name, hidden.has(name) ? null : groups[name]])) as Record<
    Name,
    number | null
  >; // the same names
}

export function presentAudience(
  uniqueViewers: number,
  { followers, newUsers, returningUsers, sources }: Audience,
): z.input<typeof AudienceFigures> {
  const users = showGroups({ newUsers, returningUsers });
  const shown = showGroups({ followers, others: uniqueViewers - followers });
  return {
    newViewers: users.newUsers,
    returningViewers: users.returningUsers,
    followersBps: shown.followers === null ? null : Math.round((shown.followers / Math.max(1, uniqueViewers)) * 10_000),
    sources: showGroups(sources),
  };
}
