-- Drafts without a date, which are kept for thirty days after their last change. `status` leads, or the planner takes
-- streams_by_status.

CREATE INDEX streams_drafts ON streams (status, updated_at)
  WHERE status = 'scheduled' AND scheduled_for IS NULL AND prepared = 0;
