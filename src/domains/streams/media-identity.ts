/** What participants are called in the provider's room. */

/**
 * The provider drops a participant when another joins by the same identity. A creator's own id belongs to the encoder
 * or browser that publishes; watching the own stream goes by another, so that a look does not end the show.
 */
export function watchingIdentity(creatorId: string): string {
  return `watch:${creatorId}`;
}
