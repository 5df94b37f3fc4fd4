/** The port of Web Push. */

interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

export interface PushProvider {
  /** What browsers subscribe with. */
  readonly publicKey: string;
  /**
   * `gone`: the browser takes no more, ever. `refused`: this message, or our key, is not taken, now or later.
   * Throws PUSH_SERVICE_AWAY where a later try may go through.
   * @param target.endpoint of a known push service: for the caller to check
   */
  send(
    target: PushTarget,
    text: string,
    options: { readonly topic: string; readonly ttlSeconds: number },
  ): Promise<'sent' | 'gone' | 'refused'>;
}
