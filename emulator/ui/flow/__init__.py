"""The applicant's pages behind the links of a provider: one question a screen, without script and control token."""
