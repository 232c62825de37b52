"""Running cases: commands, the SpiffWorkflow adapter, what follows from steps, timers, replay."""
