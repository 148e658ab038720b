"""What a tag is: spelling, category, counts of people, filters, implications, exclusion."""
