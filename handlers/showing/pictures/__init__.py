"""Pictures that we draw ourselves: one style, figures in, a PNG and the same in words out."""
