/**
 * What participants are called in a video room. The provider throws a participant out when another joins by the same
 * identity, so everything that may run beside another has a name of its own:
 *
 * | identity                | who                                                           |
 * | `enc:<creator>`         | the encoder, by the channel's ingress                         |
 * | `<creator>`             | the creator, who publishes from a browser                     |
 * | `watch:<creator>`       | the creator, who looks at their own show                      |
 * | `<viewer>#0` … `#4`     | a user or guest who watches: five at once, each in its turn   |
 *
 * NOTE: encoders and viewers had a bare id before. Those of streams that live across the deploy are understood.
 */
export const SLOTS = 5;

export function watchingIdentity(creatorId: string): string {
  return `watch:${creatorId}`;
}

export function viewerIdentity(viewerId: string, slot: number): string {
  return `${viewerId}#${slot}`;
}

/** All by which a viewer may be in a room. */
export function identitiesOf(viewerId: string): string[] {
  return [...Array.from({ length: SLOTS }, (_, slot) => viewerIdentity(viewerId, slot)), viewerId];
}

/** `own`: a bare id, so the creator from a browser, or a viewer of the version before. */
export interface Identity {
  readonly as: 'encoder' | 'watching' | 'viewer' | 'own';
  readonly id: string;
}

export function readIdentity(identity: string): Identity {
  const [, prefix, id = '', slot] = /^(enc:|watch:)?([^#]*)(#\d)?$/.exec(identity) ?? [];
  if (prefix) return { as: prefix === 'enc:' ? 'encoder' : 'watching', id };
  return { as: slot ? 'viewer' : 'own', id };
}
