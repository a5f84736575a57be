"""The meanings of programs: exact, soft, SQL and English."""
