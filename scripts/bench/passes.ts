/** Signs room passes for many viewers with the Worker's own code, because a thousand joins over HTTP take too long. */
import { type Env, readConfig } from '@/config';
import type { RoomUser } from '@/contracts/room';
import { signPass } from '@/domains/live/rooms/pass';
import { newId } from '@/shared/ids';

export function signPasses(vars: Readonly<Record<string, string>>, roomId: string, count: number): Promise<string[]> {
  const config = readConfig(vars as Partial<Env>); // readConfig ignores unknown names
  const now = () => Date.now();
  const viewers = Array.from({ length: count }, (_, index): RoomUser => {
    const standing = {
      creator: false,
      moderator: false,
      rank: null,
      follower: false,
      subscriber: false,
      readAt: now(),
    };
    const username = `crowd${index}`;
    return { kind: 'user', id: newId(), username, displayName: username, avatarUrl: null, standing };
  });
  return Promise.all(viewers.map((viewer) => signPass({ config, now }, roomId, viewer)));
}
