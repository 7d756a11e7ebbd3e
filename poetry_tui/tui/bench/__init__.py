"""The workbench of the Workshop, in three stories.

`sight` is what one sees of a session, `hand` what the person does to it, `bench` the loop that runs it.
"""
