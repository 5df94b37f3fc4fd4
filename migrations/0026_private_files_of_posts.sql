-- What of the files of posts is for whom, and what of them is for nobody.

-- The files of a post are as private as the post. Those of before were all opened to whoever had their name.
UPDATE media_files SET private = 1 WHERE key IN (
  SELECT post_media.key FROM post_media JOIN posts ON posts.id = post_media.post_id WHERE posts.visibility <> 'public');

-- Of a video: [[type at, content at, end], ...] of the boxes that are read as zeros. Null: nobody has looked for them.
ALTER TABLE media_files ADD COLUMN blanks TEXT CHECK (json_type(blanks) = 'array');
