"""The languages of a published flow: BPMN, FEEL and the chart. Every function here is pure: a text in, a value out."""
