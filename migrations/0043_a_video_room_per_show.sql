-- Every show has a video room of its own. A channel's is drawn anew after every end, and a stream copies it when it goes
-- live, so nobody who stays behind is still there for the next show.

-- NULL: the room is named after the channel, as all were before. A stream that is live keeps that name until its end.
ALTER TABLE channels ADD COLUMN media_room TEXT;
-- What viewers get of the picture.
ALTER TABLE channels ADD COLUMN quality TEXT NOT NULL DEFAULT '1080p' CHECK (quality IN ('source', '720p', '1080p'));
-- After an explicit end the encoder is refused until then, so that one that still sends does not start the next show.
ALTER TABLE channels ADD COLUMN encoder_refused_until INTEGER;
-- Since when LiveKit has been seen not to know the stream key any more.
ALTER TABLE channels ADD COLUMN ingress_lost_at INTEGER;
ALTER TABLE streams ADD COLUMN media_room TEXT;
-- When the first picture was published. Before that there is no picture that could be lost.
ALTER TABLE streams ADD COLUMN published_at INTEGER;

-- Guests of an earlier show may still be in the room of a channel that is not live now.
UPDATE channels SET media_room = lower(hex(randomblob(16)))
WHERE id IN (SELECT channel_id FROM streams WHERE status = 'ended')
  AND id NOT IN (SELECT channel_id FROM streams WHERE status = 'live');
UPDATE streams SET published_at = started_at WHERE status = 'live';

CREATE UNIQUE INDEX channels_by_media_room ON channels (media_room) WHERE media_room IS NOT NULL;
CREATE INDEX channels_with_ingress ON channels (id) WHERE ingress_id IS NOT NULL;
CREATE INDEX streams_by_media_room ON streams (media_room) WHERE media_room IS NOT NULL;
