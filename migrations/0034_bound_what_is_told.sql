-- What gathers in the app and what gathers outside of it alone are two rows.

DROP INDEX notifications_one_of_group;
CREATE UNIQUE INDEX notifications_one_of_group ON notifications (user_id, group_key, in_app) WHERE group_key IS NOT NULL;
