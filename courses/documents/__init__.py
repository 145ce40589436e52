"""What learners take along as a file. No database in here."""
