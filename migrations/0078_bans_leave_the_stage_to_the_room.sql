-- A ban takes away what the user was in the room. The stage is left in a batch of its own, which tells the room, ends the
-- turn and takes the microphone. It finds nobody there if the ban has deleted them first.
DROP TRIGGER room_bans_end_roles;
CREATE TRIGGER room_bans_end_roles AFTER INSERT ON room_bans
BEGIN
  DELETE FROM room_members WHERE room_id = NEW.room_id AND user_id = NEW.user_id;
  DELETE FROM room_co_hosts WHERE room_id = NEW.room_id AND user_id = NEW.user_id;
END;
