/** How a case and the decisions that came of it belong together in a query. */
import { sql } from 'drizzle-orm';

/**
 * A ban removes the content by a decision of its own, and what staff deleted where they saw it was decided without the
 * report. The index is that of the target.
 */
export const cameOfReport = sql.raw(`decisions.target_type = reports.target_type
  AND decisions.target_id = reports.target_id
  AND (decisions.report_id = reports.id OR decisions.id = reports.decision_id)`);
