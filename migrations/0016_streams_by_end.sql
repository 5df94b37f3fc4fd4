-- What a creator streamed within a period, and who ended a stream on a day (UTC, counted from 1970): for targets.

CREATE INDEX streams_of_creator_by_end ON streams (creator_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX streams_by_day_of_end ON streams (ended_at / 86400000, creator_id) WHERE ended_at IS NOT NULL;
