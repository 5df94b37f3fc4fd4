-- What the next start of an encoder takes live, by its creator's word (POST /stream/create): at most one a channel. A draft
-- of POST /sessions is none. Until now it was the newest without a date, whoever made it.

ALTER TABLE streams ADD COLUMN prepared INTEGER NOT NULL DEFAULT 0 CHECK (prepared IN (0, 1));
UPDATE streams SET prepared = 1
WHERE status IN ('live', 'scheduled') AND status = 'scheduled' AND scheduled_for IS NULL AND id = (
  SELECT max(s.id) FROM streams s
  WHERE s.creator_id = streams.creator_id AND s.status IN ('live', 'scheduled') AND s.status = 'scheduled'
    AND s.scheduled_for IS NULL);
CREATE UNIQUE INDEX streams_one_prepared_per_channel ON streams (channel_id) WHERE prepared = 1 AND status = 'scheduled';
