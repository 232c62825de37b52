"""The lane grid: how a chart gets its rows, columns, arrow routes and measures.

Stages, each a pure function of the one before: scene (what is to be seen) → ranking (rows) → columns → mesh (lines
arrows may run on) → routing (which lines each arrow takes) → tracks (arrows side by side in a channel) → metric
(points) → captions (places for words) → placing (boxes and corners).
"""
