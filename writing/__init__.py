"""Stage 3's way from tags to a caption. Here are the names of all values that templates can fill in.

They stand in a module that imports nothing, because every run checks its templates, also one that has nothing
to do.
"""

PAGE_VARIABLES = ("pages",)
PICTURE_VARIABLES = (
    "tags",
    "tag_descriptions",
    "image_description",
    "characters",
    "series",
    "artists",
    "general",
    "meta",
    "file_name",
    "folder",
    "explicit",
    "character_sheets",
    "draft",
    "words",
)
