/**
 * Takes a new track, from a form or as an upload that was sent before. The file is only looked at by its first bytes; the
 * rest is done by a task.
 */
import type { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { AUDIO_TYPES, LARGE_FILES } from '@/contracts/file-kinds';
import { commit, requireThat } from '@/db/commit';
import { literal } from '@/db/sql';
import { claimUploads } from '@/domains/base/media/claim-upload';
import { fileError } from '@/domains/base/media/errors';
import { peek } from '@/domains/base/media/file-content';
import { receiveForm } from '@/domains/base/media/form';
import { inspectType, TYPE_BYTES } from '@/domains/base/media/inspect';
import { storeLarge } from '@/domains/base/media/store-large';
import type { StoredFile } from '@/domains/base/media/stored-file';
import { isActiveUser } from '@/domains/base/visibility/people';
import { readJsonBody } from '@/http/raw-body';
import { invalid, parse } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { foldText, hasControlCharacters } from '@/shared/text';
import { IS_REQUIRED } from '@/shared/wording';
import { trackError } from './errors';
import { NAME_CHARACTERS_MAX, TRACKS_MAX } from './limits';
import { presentTrack } from './present';
import { type Track, TrackFields, UploadedTrack } from './schemas';
import { type TrackRow, tracks } from './tables';

const UNTITLED = 'Untitled';

/** Throws TOO_MANY_TRACKS, and the errors of forms, files and uploads. */
export async function uploadTrack(ctx: Context, actor: Actor, request: Request): Promise<z.input<typeof Track>> {
  const room = await ctx.db.get<{ isLeft: number }>(sql`SELECT ${hasRoom(actor.userId)} AS isLeft`);
  if (room.isLeft === 0) throw trackError('TOO_MANY_TRACKS');
  const isJson = /^application\/json\b/i.test(request.headers.get('content-type') ?? '');
  const { file, title } = isJson
    ? await claimTrack(ctx, actor.userId, parse(UploadedTrack, await readJsonBody(request)))
    : await receiveTrack(ctx, actor.userId, request);
  return presentTrack(ctx, await addTrack(ctx, actor.userId, file, title));
}

interface Received {
  readonly file: StoredFile & { readonly name: string | null };
  readonly title: string | undefined;
}

async function claimTrack(
  ctx: Context,
  djId: string,
  { uploadId, title }: z.output<typeof UploadedTrack>,
): Promise<Received> {
  const [file] = await claimUploads(ctx, djId, 'track', [uploadId]);
  if (!file) throw fileError('UPLOAD_NOT_FOUND');
  return { file, title };
}

async function receiveTrack(ctx: Context, ownerId: string, request: Request): Promise<Received> {
  const { bytesMax } = LARGE_FILES.track;
  const bytesLeft = Number(request.headers.get('content-length') ?? bytesMax);
  const { files, fields } = await receiveForm(request, {
    field: 'file',
    filesMax: 1,
    bytesMax,
    takeFile: async (content, name) => {
      const { start, whole } = await peek(content, TYPE_BYTES);
      const type = await inspectType(start, AUDIO_TYPES, ['video/mp4']);
      const contentType = AUDIO_TYPES.find((audio) => audio === type) ?? 'audio/mp4'; // if its tracks are sound alone
      const stored = await storeLarge(ctx, {
        ownerId,
        kind: 'track',
        contentType,
        bytesMax: bytesLeft,
        content: whole,
      });
      return { ...stored, name };
    },
    fields: TrackFields,
  });
  const [file] = files;
  if (!file) throw invalid('file', IS_REQUIRED);
  return { file, title: fields.title };
}

/** Without a title, it is called after its file until its tags are read. */
async function addTrack(
  ctx: Context,
  djId: string,
  { key, contentType, bytes, name, statements }: Received['file'],
  title: string | undefined,
): Promise<TrackRow> {
  const id = newId();
  const now = ctx.now();
  const row = {
    ...{ id, djId, key, contentType, bytes },
    title: title ?? (titleFrom(name) || UNTITLED),
    edited: title === undefined ? [] : (['title'] as const),
    status: 'uploading' as const,
    ...{ queuedAt: now, createdAt: now, updatedAt: now },
  };
  const mayAdd = sql`${isActiveUser(djId)} AND ${hasRoom(djId)}`;
  // The file comes before the track: `requireChange` cannot check it after a write to an index of words.
  const results = await commit(
    ctx,
    [requireThat(ctx, mayAdd), ...statements, ctx.db.insert(tracks).values(row).returning()],
    {
      events: [{ kind: 'task', task: { type: 'process-track', trackId: id } }],
      refusals: { DEMAND_NOT_MET: () => fileError('UPLOAD_CONFLICT') },
    },
  );
  const [inserted] = results.at(-1) as TrackRow[]; // what the last statement returns
  if (!inserted) throw new Error(`The new track ${id} is gone`);
  return inserted;
}

function hasRoom(djId: string): SQL {
  return sql`(SELECT count(*) < ${literal(TRACKS_MAX)} FROM (
    SELECT 1 FROM ${tracks} WHERE dj_id = ${djId} AND deleted_at IS NULL LIMIT ${literal(TRACKS_MAX)}))`;
}

/** The name of a file without folders and ending, if it can be shown. */
function titleFrom(name: string | null): string {
  const own = name?.split(/[/\\]/).at(-1) ?? '';
  const title = foldText([...own.replace(/\.\w{1,5}$/, '')].slice(0, NAME_CHARACTERS_MAX).join(''));
  return hasControlCharacters(title) || title.includes('\n') ? '' : title;
}
