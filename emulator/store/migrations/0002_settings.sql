-- What a sandbox does otherwise than the settings of the emulator say, as JSON text.
ALTER TABLE sandboxes ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
