-- `GET /search/sessions`: live ones first, and by category.
CREATE INDEX streams_live_first ON streams ((status = 'live'), id);
CREATE INDEX streams_of_category ON streams (category, id);
CREATE INDEX streams_of_category_live_first ON streams (category, (status = 'live'), id);
