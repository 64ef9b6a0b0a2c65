"""The room that makes AI-ready data sets of raw holdings."""
