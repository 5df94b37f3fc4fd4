/**
 * The identities of participants in a video room. The provider removes a participant when another joins with the same
 * identity, so everything that may run at the same time has its own:
 *
 * | identity                | who                                                           |
 * | `enc:<creator>`         | the encoder, by the channel's ingress                         |
 * | `<creator>`             | the creator, who publishes from a browser                     |
 * | `watch:<creator>`       | the creator, who watches their own show                       |
 * | `<viewer>#0` … `#4`     | a user or guest who watches, five at once, in rotation        |
 *
 * NOTE: encoders and viewers once had a bare id. Those of streams that were live during the deploy still work.
 */
export const SLOTS = 5;

const ENCODER = 'enc:';
const WATCHING = 'watch:';
const IDENTITY = new RegExp(`^(${ENCODER}|${WATCHING})?([^#]*)(#\\d)?$`);

export function encoderIdentity(creatorId: string): string {
  return `${ENCODER}${creatorId}`;
}

export function watchingIdentity(creatorId: string): string {
  return `${WATCHING}${creatorId}`;
}

export function viewerIdentity(viewerId: string, slot: number): string {
  return `${viewerId}#${slot}`;
}

/** Every identity that a viewer may have in a video room. */
export function identitiesOf(viewerId: string): string[] {
  return [...Array.from({ length: SLOTS }, (_, slot) => viewerIdentity(viewerId, slot)), viewerId];
}

/** `own`: a bare id, so the creator in a browser, or a viewer from an older version. */
export interface Identity {
  readonly as: 'encoder' | 'watching' | 'viewer' | 'own';
  readonly id: string;
}

export function readIdentity(identity: string): Identity {
  const [, prefix, id = '', slot] = IDENTITY.exec(identity) ?? [];
  if (prefix) return { as: prefix === ENCODER ? 'encoder' : 'watching', id };
  return { as: slot ? 'viewer' : 'own', id };
}
