/** Reading and amending one's own application. It can be amended until it is approved, and is then pending again. */

import type { z } from '@hono/zod-openapi';
import { and, eq, isNull, ne, type SQL } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { DOCUMENTS } from '@/contracts/file-kinds';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import { forgetMedia, storeUpload } from '@/domains/base/media/store';
import { readUpload } from '@/domains/base/media/upload';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { setCreatorStatus } from '@/domains/base/users/write';
import { httpError } from '@/http/errors';
import { isChange } from '@/shared/is-change';
import { checkAge } from './apply';
import { creatorError } from './errors';
import { type Financial, openFinancial, sealFinancial } from './financial';
import { presentApplication } from './present';
import { type AmendmentRequest, type Application, DocumentFields } from './schemas';
import { type ApplicationRow, creatorApplications } from './tables';

type ApplicationAnswer = Promise<z.input<typeof Application>>;

/** Throws APPLICATION_NOT_FOUND. */
export async function readOwnApplication(ctx: Context, userId: string): ApplicationAnswer {
  return presentApplication(ctx, await getApplicationOf(ctx, userId));
}

/**
 * Omitted fields keep their value. Throws APPLICATION_NOT_FOUND, APPLICATION_DECIDED, APPLICATION_CHANGED,
 * VALIDATION_FAILED.
 */
export async function amendApplication(
  ctx: Context,
  userId: string,
  { type, profile, identity, financial }: z.output<typeof AmendmentRequest>,
): ApplicationAnswer {
  const row = await getAmendable(ctx, userId);
  if (identity?.birthDate !== undefined) checkAge(ctx, identity.birthDate);
  const account = financial && (await openFinancial(ctx, row));
  const merged = account && mergeFinancial(account, financial);
  const sent = { type, ...profile, ...identity };
  // A pending application keeps its place in the queue unless something changed; a rejected one is submitted again.
  const isNews = isChange<ApplicationRow>(row, sent) || (merged && isChange<Financial>(account, merged));
  const isEmpty = !merged && Object.values(sent).every((value) => value === undefined);
  if (isEmpty || (row.status === 'PENDING' && !isNews)) return presentApplication(ctx, row);
  const sealed = merged && (await sealFinancial(ctx, row.id, merged));
  // Drizzle does not write fields that are undefined, so omitted fields keep their value.
  const changes = { ...sent, ...sealed };
  const asRead = sealed && eq(creatorApplications.financial, row.financial);
  return presentApplication(ctx, await commitAmendment(ctx, row, changes, { onlyIf: asRead }));
}

/** Replaces and deletes the previous document. Throws what `amendApplication`, `readUpload` and `storeUpload` throw. */
export async function uploadDocument(ctx: Context, userId: string, request: Request): ApplicationAnswer {
  const row = await getAmendable(ctx, userId);
  const { bytes, fields } = await readUpload(request, {
    field: 'document',
    bytesMax: DOCUMENTS['identity-document'].bytesMax,
    fields: DocumentFields,
  });
  const documentType = fields.documentType ?? row.documentType;
  if (documentType === null)
    throw httpError('VALIDATION_FAILED', {
      details: [{ path: 'documentType', message: 'is required for the first document' }],
    });
  const stored = await storeUpload(ctx, { ownerId: userId, kind: 'identity-document', bytes });
  const replaced = row.documentKey === null ? undefined : forgetMedia(ctx, row.documentKey);
  const { documentKey } = creatorApplications;
  const asRead = row.documentKey === null ? isNull(documentKey) : eq(documentKey, row.documentKey);
  const amended = await commitAmendment(
    ctx,
    row,
    { documentType, documentKey: stored.key },
    {
      onlyIf: asRead,
      before: stored.statements,
      after: replaced ? [replaced.statement] : [],
      events: replaced ? [replaced.event] : [],
    },
  );
  return presentApplication(ctx, amended);
}

/** Sending one kind of account number replaces the other. */
function mergeFinancial(before: Financial, sent: Partial<Financial>): Financial {
  const { iban, accountNumber, ...rest } = before;
  const account =
    sent.iban !== undefined || sent.accountNumber !== undefined
      ? { iban: sent.iban, accountNumber: sent.accountNumber }
      : { iban, accountNumber };
  const { accountHolder = rest.accountHolder, bankName = rest.bankName, country = rest.country } = sent;
  return { accountHolder, bankName, country, ...account };
}

interface AmendmentBatch {
  /** Must still be true when the batch runs: the values that the change was based on. */
  onlyIf?: SQL | undefined;
  before?: Statement[];
  after?: Statement[];
  events?: OutboxEvent[];
}

async function commitAmendment(
  ctx: Context,
  { id, userId }: ApplicationRow,
  changes: { [Column in keyof ApplicationRow]?: ApplicationRow[Column] | undefined },
  { onlyIf, before = [], after = [], events = [] }: AmendmentBatch,
): Promise<ApplicationRow> {
  const pendingAgain = {
    status: 'PENDING',
    reason: null,
    submittedAt: ctx.now(),
    decidedAt: null,
    decidedBy: null,
  } as const;
  const update = ctx.db
    .update(creatorApplications)
    .set({ ...changes, ...pendingAgain })
    .where(and(eq(creatorApplications.id, id), ne(creatorApplications.status, 'APPROVED'), onlyIf))
    .returning();
  const results = await commit(
    ctx,
    [...before, update, requireChange(ctx), setCreatorStatus(ctx, userId, 'PENDING'), ...after],
    {
      events: [...events, staffEvent('creator-application', { id, subjectId: userId })],
      refusals: { DEMAND_NOT_MET: () => creatorError('APPLICATION_CHANGED') },
    },
  );
  const [amended] = results[before.length] as ApplicationRow[]; // returned by the update
  if (!amended) throw creatorError('APPLICATION_CHANGED');
  return amended;
}

async function getApplicationOf(ctx: Context, userId: string): Promise<ApplicationRow> {
  const row = await ctx.db.select().from(creatorApplications).where(eq(creatorApplications.userId, userId)).get();
  if (!row) throw creatorError('APPLICATION_NOT_FOUND', { message: 'You have not applied yet.' });
  return row;
}

async function getAmendable(ctx: Context, userId: string): Promise<ApplicationRow> {
  const row = await getApplicationOf(ctx, userId);
  if (row.status === 'APPROVED') throw creatorError('APPLICATION_DECIDED');
  return row;
}
