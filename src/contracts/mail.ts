/** The port of mail. */

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text: there is nothing to escape, and every reader shows it. */
  readonly text: string;
}

export interface MailProvider {
  /**
   * `refused`: this mail is not taken, now or later, such as one to an address that is none. Throws MAIL_UNAVAILABLE
   * where a later try may go through.
   * @param idempotencyKey the same key is sent at most once
   */
  send(mail: Mail, idempotencyKey: string): Promise<'sent' | 'refused'>;
}
