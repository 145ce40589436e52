"""A certificate as a file: PDF for people, Open Badge for machines. No database in here."""
