-- Lost when 0077 built the table again: the platform's figures find the reports of a day by it.
CREATE INDEX report_voices_by_time ON report_voices (created_at);
-- The progress of a guide finds the reversed gifts of some days.
CREATE INDEX reversed_earnings_by_day ON reversed_earnings (user_id, ref_type, day, diamonds);

-- Each removal of a profile also keeps the creator's bio and the DJ's genres, so that an accepted appeal brings back those
-- of its own decision.
ALTER TABLE removed_profiles ADD COLUMN creator_bio TEXT;
ALTER TABLE removed_profiles ADD COLUMN genres TEXT;
UPDATE removed_profiles SET
  creator_bio = (SELECT removed_bio FROM creator_profiles WHERE bio_decision_id = decision_id),
  genres = (SELECT removed_genres FROM dj_profiles WHERE genres_decision_id = decision_id);
DROP INDEX creator_profiles_with_removed_bio;
ALTER TABLE creator_profiles DROP COLUMN removed_bio;
ALTER TABLE creator_profiles DROP COLUMN bio_decision_id;
DROP INDEX dj_profiles_with_removed_genres;
ALTER TABLE dj_profiles DROP COLUMN removed_genres;
ALTER TABLE dj_profiles DROP COLUMN genres_decision_id;
