"""The form of a caption, as a base model wants it: the files of styles/, and tags written as they say."""
