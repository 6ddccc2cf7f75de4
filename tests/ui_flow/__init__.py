"""The pages of an applicant, an analyst and a presenter, in a real browser."""
