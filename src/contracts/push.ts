/** The port for Web Push. */

interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

export interface PushProvider {
  /** The key that browsers subscribe with. */
  readonly publicKey: string;
  /**
   * `gone`: the browser will never accept pushes again. `refused`: the service will never accept this message, or our
   * key. Throws PUSH_SERVICE_AWAY if a later try may succeed.
   * @param target.endpoint must be of a known push service; the caller checks that
   */
  send(
    target: PushTarget,
    text: string,
    options: { readonly topic: string; readonly ttlSeconds: number },
  ): Promise<'sent' | 'gone' | 'refused'>;
}
