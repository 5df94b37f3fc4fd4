/**
 * Reports something. All reports on a target are one case until staff resolve it, and a person counts once in it. The
 * evidence is what the first of them saw. A batch decides, so reports at the same time make one case.
 */
import type { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireThat } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { decisions, type Rule } from '@/domains/base/decisions/tables';
import { holdFiles } from '@/domains/base/media/hold';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { blockUser } from '@/domains/people/social/block';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { DAY_MS, toIso } from '@/shared/time';
import { isAnsweredBy } from './answered';
import { cameOfReport } from './decided';
import { reportError } from './errors';
import { findReported, type Reported } from './evidence';
import { hideReported } from './hide-reported';
import { isRaised, raiseVoice, type Voice } from './raise-voice';
import type { NewReport, ReportMade } from './schemas';
import { type ReportStatus, type ReportTarget, reports, reportVoices } from './tables';
import { HIDDEN_FROM_URGENCY, isClaim, LOWEST_PRIORITY, type ReporterRecord, weigh } from './weigh';

type Asked = Pick<z.output<typeof NewReport>, 'targetType' | 'targetId'>;

const REPORTS_A_DAY = 50;
/** A reporter's newest reports, by which they are judged. */
const JUDGED_MAX = 100;

/** A case on the target, and this reporter's part in it. */
interface Known {
  readonly id: string;
  readonly subjectId: string;
  readonly status: ReportStatus;
  readonly fingerprint: string;
  readonly resolvedAt: number | null;
  readonly urgency: number;
  readonly hiddenAt: number | null;
  /** When they reported it (ms). */
  readonly reportedAt: number | null;
  readonly ownBase: number | null;
  readonly ownCategory: Rule | null;
  readonly hasCategory: number;
  readonly isReversed: number;
}

/**
 * Reporting the same again answers the first report, even if its target is hidden by now; a graver reason is added to
 * it. Throws REPORT_TARGET_NOT_FOUND, REPORT_OF_YOUR_OWN, TOO_MANY_REPORTS.
 */
export async function makeReport(
  ctx: Context,
  actor: Actor,
  input: z.output<typeof NewReport>,
): Promise<z.input<typeof ReportMade>> {
  const { userId } = actor;
  const [reporter, known] = await Promise.all([
    ctx.db.get<ReporterRecord>(reporterOf(userId)),
    ctx.db.get<Known | undefined>(caseOf(input, userId)),
  ]);
  const voice = { reporterId: userId, category: input.category, text: input.text || null };
  const weighed = { ...voice, ...weigh(input.category, reporter) };
  const isRepeated = known !== undefined && known.reportedAt !== null && known.status !== 'resolved';
  const reported = isRepeated ? known : await add(ctx, actor, input, { voice: weighed, known });
  const made = await raise(ctx, reported, input.targetType, weighed);
  const mayHide = made.urgency >= HIDDEN_FROM_URGENCY || isClaim(input.targetType, input.category);
  if (made.status !== 'resolved' && mayHide && made.hiddenAt === null) await hideReported(ctx, made.id);
  if (input.block) await blockUser(ctx, userId, made.subjectId);
  return { id: made.id, status: made.status, createdAt: toIso(made.reportedAt ?? ctx.now()) };
}

async function add(
  ctx: Context,
  actor: Actor,
  { category, text: _, ...asked }: z.output<typeof NewReport>,
  { voice, known }: { voice: Voice; known: Known | undefined },
): Promise<Known> {
  const reported = await findReported(ctx, actor, asked);
  if (reported.subjectId === actor.userId) throw reportError('REPORT_OF_YOUR_OWN');
  const now = ctx.now();
  const answered =
    known &&
    isAnsweredBy(
      { ...known, hasCategory: known.hasCategory === 1, isReversed: known.isReversed === 1 },
      asked.targetType,
      reported.fingerprint,
      now,
    )
      ? known
      : undefined;
  const id = answered?.id ?? newId();
  const opening = answered ? [] : openCase(ctx, id, reported, category);
  const caseId = answered ? sql`${answered.id}` : openCaseOn(asked);
  const results = await commit(
    ctx,
    [
      requireThat(ctx, madeToday(actor.userId, now)),
      ...opening,
      addVoice(ctx, caseId, voice),
      readCase(ctx, caseId, voice),
    ],
    {
      events: answered ? [] : [staffEvent('report', { id, subjectId: reported.subjectId })],
      refusals: { DEMAND_NOT_MET: () => reportError('TOO_MANY_REPORTS') },
    },
  );
  const [row] = results.at(-1) as Known[]; // what `readCase` selects
  if (!row) throw new Error(`The report on ${asked.targetType} ${asked.targetId} has no case`);
  ctx.log.event('report.made', { reportId: row.id, category });
  return row;
}

/** Both at once: what the same person said at the same time may have come first. */
async function raise(ctx: Context, made: Known, targetType: ReportTarget, voice: Voice): Promise<Known> {
  const { id, status, ownBase, ownCategory } = made;
  if (status === 'resolved' || ownBase === null || ownCategory === null) return made;
  if (!isRaised({ base: ownBase, category: ownCategory }, voice, targetType)) return made;
  const results = await commit(ctx, [...raiseVoice(ctx, id, targetType, voice), readCase(ctx, sql`${id}`, voice)]);
  const [row] = results.at(-1) as Known[]; // what `readCase` selects
  ctx.log.event('report.raised', { reportId: id, category: voice.category });
  return row ?? made;
}

/** Changes nothing if a case is open: the target's unique index says so. Its evidence is then the first reporter's. */
function openCase(ctx: Context, id: string, reported: Reported, category: Rule): Statement[] {
  const { evidence, ...target } = reported;
  const row = { id, ...target, category, base: LOWEST_PRIORITY, evidence, createdAt: ctx.now() };
  return [
    ctx.db.insert(reports).values(row).onConflictDoNothing(),
    holdFiles(ctx, id, evidence.media, sql`EXISTS (SELECT 1 FROM ${reports} WHERE id = ${id})`),
  ];
}

/** A person's first report counts. */
function addVoice(ctx: Context, caseId: SQL, voice: Voice): Statement {
  const { reporterId, category, text, base, weight, urgency } = voice;
  return ctx.db.run(sql`
    INSERT INTO ${reportVoices} (report_id, reporter_id, category, text, base, weight, urgency, created_at)
    VALUES (${caseId}, ${reporterId}, ${category}, ${text}, ${int(base)}, ${int(weight)}, ${int(urgency)},
      ${int(ctx.now())})
    ON CONFLICT DO NOTHING`);
}

const openCaseOn = ({ targetType, targetId }: Asked) => sql`(
  SELECT id FROM ${reports} WHERE target_type = ${targetType} AND target_id = ${targetId} AND status <> 'resolved')`;

function readCase(ctx: Context, caseId: SQL, { reporterId, category }: Voice) {
  return ctx.db.all<Known>(sql`SELECT ${knownColumns(reporterId, category)} FROM ${reports} WHERE id = ${caseId}`);
}

/** The open case, or else the last one that was about the same category. */
function caseOf({ targetType, targetId, category }: z.output<typeof NewReport>, reporterId: string): SQL {
  return sql`SELECT ${knownColumns(reporterId, category)} FROM ${reports}
    WHERE target_type = ${targetType} AND target_id = ${targetId} ORDER BY status = 'resolved', hasCategory DESC, id DESC LIMIT 1`;
}

function knownColumns(reporterId: string, category: Rule): SQL {
  const own = (column: string) => sql`(SELECT voice.${sql.raw(column)} FROM ${reportVoices} voice
     WHERE voice.report_id = reports.id AND voice.reporter_id = ${reporterId})`;
  return sql`reports.id, reports.subject_id AS subjectId, reports.status, reports.fingerprint,
    reports.resolved_at AS resolvedAt, reports.urgency, reports.hidden_at AS hiddenAt,
    ${own('created_at')} AS reportedAt, ${own('base')} AS ownBase, ${own('category')} AS ownCategory,
    reports.category = ${category} AS hasCategory,
    EXISTS (SELECT 1 FROM ${decisions} WHERE ${cameOfReport} AND decisions.reversed_at IS NOT NULL) AS isReversed`;
}

/** Reports that joined a resolved case, or whose decision was reversed, say nothing about their reporter. */
function reporterOf(reporterId: string): SQL {
  return sql`SELECT coalesce(sum(made.action <> 'dismiss' AND decision.reversed_at IS NULL), 0) AS upheld,
     coalesce(sum(made.action = 'dismiss'), 0) AS dismissed
    FROM (SELECT report_id, created_at FROM ${reportVoices} WHERE reporter_id = ${reporterId}
      ORDER BY created_at DESC LIMIT ${literal(JUDGED_MAX)}) voice
    CROSS JOIN ${reports} made ON made.id = voice.report_id
    LEFT JOIN ${decisions} decision ON decision.id = made.decision_id
    WHERE made.status = 'resolved' AND voice.created_at <= made.resolved_at`;
}

function madeToday(reporterId: string, now: number): SQL {
  return sql`(SELECT count(*) FROM ${reportVoices}
    WHERE reporter_id = ${reporterId} AND created_at > ${now - DAY_MS}) < ${literal(REPORTS_A_DAY)}`;
}
