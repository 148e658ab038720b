"""Stage 3's way from tags to a caption. Here are the names of all values that templates can fill in.

They stand in a module that imports nothing, so that templates can be checked before a stage is loaded.
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
