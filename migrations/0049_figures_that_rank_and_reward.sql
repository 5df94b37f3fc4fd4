-- Lists sort by viewers of whom the guests of one address count for at most five, and only the time of verified users is
-- rewarded. NULL where a version from before has counted: then the same as what is shown.

ALTER TABLE stream_live ADD COLUMN ranking_count INTEGER CHECK (ranking_count >= 0);
ALTER TABLE stream_analytics ADD COLUMN ranking_peak INTEGER;
ALTER TABLE stream_analytics ADD COLUMN rewarded_seconds INTEGER;

ALTER TABLE streams ADD COLUMN ranking_peak INTEGER;
DROP INDEX streams_past_by_peak;
CREATE INDEX streams_past_by_peak ON streams (status, coalesce(ranking_peak, peak_viewers), id) WHERE status = 'ended';
