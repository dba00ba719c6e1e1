"""The kernel: time, keyed draws, entities, facts and observations; it knows no number of any business."""
