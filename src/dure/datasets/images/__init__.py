"""A folder of images with targets: inspected, imported as a data set, used and exported."""
