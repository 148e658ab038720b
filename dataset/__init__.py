"""What goes in and comes out: pictures, their tags, and the files that are written."""
