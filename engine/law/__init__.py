"""The law as pure functions: values in, values out."""
