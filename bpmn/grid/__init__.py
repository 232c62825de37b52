"""The lane grid: how a chart gets its rows, columns, arrow routes and measures.

Stages, each a function of the values of the one before; ``planning`` runs them in order: scene (what is to be seen) →
ranking (rows) → columns → mesh (lines arrows may run on) → routing over ports and network (which lines each arrow
takes) → tracks (arrows side by side in a channel) → shapes and captions (sizes, words at exits) → metric (points) →
placing with space (boxes, corners, labels) → heads (lanes and pools).
"""
