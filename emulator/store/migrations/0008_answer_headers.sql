-- The headers of the answer to an attempt, masked, as JSON: what the receiver said beside its status and its body.
ALTER TABLE attempts ADD COLUMN answer_headers TEXT NOT NULL DEFAULT '{}';
