"""The routes around Create Case, built from the contract with the real framework, to compare answers with."""
