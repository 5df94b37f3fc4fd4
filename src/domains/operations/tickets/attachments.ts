/** Files attached to tickets and replies. A file has the id of its upload, so that it is attached once. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { type ClaimedFile, claimUploads } from '@/domains/base/media/claim-upload';
import { namedMediaUrl } from '@/domains/base/media/keys';
import { AppError } from '@/http/errors';
import type { Ticket } from './schemas';
import { type AttachmentRow, ticketAttachments } from './tables';

/** The endings that a file of this type may keep; the first is given to those without one of them. */
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'application/pdf': ['pdf'],
  'text/plain': ['txt', 'log', 'csv', 'json', 'md'],
  'video/mp4': ['mp4', 'm4v'],
  'video/webm': ['webm'],
  'video/quicktime': ['mov', 'qt'],
};

type Claimed = { readonly id: string; readonly file: ClaimedFile };

/**
 * The uploads as files, or the refusal. The caller throws it unless it finds that the request is a repeat, whose uploads
 * are used. Throws only unexpected errors.
 */
export async function claimFiles(
  ctx: Context,
  userId: string,
  uploadIds: readonly string[],
): Promise<Claimed[] | AppError> {
  try {
    const files = await claimUploads(ctx, userId, 'ticket-file', uploadIds);
    return files.flatMap((file, index) => ({ id: uploadIds[index] ?? '', file }));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

interface Place {
  readonly ticketId: string;
  readonly replyId: string | null;
  readonly uploaderId: string;
}

/** For the batch that inserts the ticket or reply, after it. */
export function attach(
  ctx: Context,
  { ticketId, replyId, uploaderId }: Place,
  claimed: readonly Claimed[],
): { rows: AttachmentRow[]; statements: Statement[]; events: OutboxEvent[] } {
  const scan = ctx.scanner ? 'waiting' : 'none';
  const rows = claimed.map(
    ({ id, file }): AttachmentRow => ({
      id,
      ticketId,
      replyId,
      uploaderId,
      key: file.key,
      name: nameOf(file),
      contentType: file.contentType,
      bytes: file.bytes,
      scan,
      createdAt: ctx.now(),
    }),
  );
  return {
    rows,
    statements: claimed.flatMap(({ file }, index) => [
      ...file.statements,
      ctx.db.insert(ticketAttachments).values(rows[index] as AttachmentRow), // one row a file
    ]),
    events: ctx.scanner
      ? rows.map(({ id }) => ({ kind: 'task', task: { type: 'scan-attachment', attachmentId: id } }))
      : [],
  };
}

/**
 * Without the folders that some clients put in front, and with an ending of the file's type: a text that is called
 * `run.bat` must not start when staff open it.
 */
function nameOf({ name, contentType }: ClaimedFile): string {
  const endings = EXTENSIONS[contentType] ?? ['bin'];
  const given = name?.split(/[/\\]/).at(-1)?.trim() || 'attachment';
  const ending = given.slice(given.lastIndexOf('.') + 1).toLowerCase();
  return given.includes('.') && endings.includes(ending) ? given : `${given}.${endings[0]}`;
}

type PresentedAttachment = z.input<typeof Ticket>['attachments'][number];

export function presentAttachments(ctx: Context, rows: readonly AttachmentRow[]): Promise<PresentedAttachment[]> {
  return Promise.all(rows.map((row) => presentAttachment(ctx, row)));
}

async function presentAttachment(ctx: Context, row: AttachmentRow): Promise<PresentedAttachment> {
  const { id, key, name, contentType: type, bytes, scan } = row;
  const isReadable = key !== null && scan !== 'waiting';
  return {
    id,
    name,
    type,
    bytes,
    url: isReadable ? await namedMediaUrl(ctx, key, name) : null,
    scanned: scan === 'clean',
    scan,
  };
}
