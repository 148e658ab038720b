"""What templates can fill in. Every run checks its templates, so this must cost nothing to know."""

OF_PAGES = ("pages",)
OF_PICTURES = (
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
)
