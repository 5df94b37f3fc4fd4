/** The port for sending mail. */

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text: nothing needs escaping, and every mail client shows it. */
  readonly text: string;
}

export interface MailProvider {
  /**
   * `refused`: the provider will never accept this mail, for example because the address is invalid. Throws
   * MAIL_UNAVAILABLE if a later try may succeed.
   * @param idempotencyKey a mail with the same key is sent at most once
   */
  send(mail: Mail, idempotencyKey: string): Promise<'sent' | 'refused'>;
  /** Whether the provider answers and accepts our key. Throws MAIL_UNAVAILABLE. Absent if mail stays in the mailbox. */
  check?(): Promise<void>;
}
