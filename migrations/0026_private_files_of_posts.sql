-- The files of a post are as private as the post. Those of before were all opened to whoever had their name.
UPDATE media_files SET private = 1 WHERE key IN (
  SELECT post_media.key FROM post_media JOIN posts ON posts.id = post_media.post_id WHERE posts.visibility <> 'public');
