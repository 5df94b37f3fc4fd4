-- The streams of a creator that have a room to tell, however many have ended; what comes next; and the most watched
-- of the past, an index that is written when a stream ends. `status` leads, or the planner takes streams_by_status.

CREATE INDEX streams_open_of_creator ON streams (creator_id, status, id) WHERE status IN ('live', 'scheduled');
CREATE INDEX streams_upcoming ON streams (status, scheduled_for, id)
  WHERE status = 'scheduled' AND scheduled_for IS NOT NULL;
CREATE INDEX streams_past_by_peak ON streams (status, peak_viewers, id) WHERE status = 'ended';
CREATE INDEX channel_bans_by_time ON channel_bans (channel_id, created_at, user_id);
