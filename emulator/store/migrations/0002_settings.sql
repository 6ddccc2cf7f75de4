-- The settings of a sandbox that differ from those of the emulator, as JSON text.
ALTER TABLE sandboxes ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
